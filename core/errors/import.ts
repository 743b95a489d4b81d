import { entry } from './entry.ts'

const SAVE_AS = {
  en: 'Open it in the program that made it and save it as "CSV UTF-8".',
  zh: '在生成它的程序里打开，另存为“CSV UTF-8”。',
}

/** What a file that is no text turns out to be: its name in both languages. */
const LOOKS_LIKE: Record<string, readonly [en: string, zh: string]> = {
  'office-old': ['an old Office file (.xls, .doc)', '旧版 Office 文件（.xls、.doc）'],
  docx: ['a Word document', ' Word 文档'],
  unknown: ['binary data of a kind that is not known here', '认不出类型的二进制数据'],
}

const JSON_PARTS = {
  array: ['"["', '“[”'],
  object: ['an object', '对象'],
  objectOrEnd: ['an object or "]"', '对象或“]”'],
  commaOrEnd: ['"," or "]"', '“,”或“]”'],
  nothing: ['the end of the file', '文件结尾'],
} as const

const kindEn = (kind: string) => LOOKS_LIKE[kind]?.[0] ?? `a ${kind} file`
const kindZh = (kind: string) => LOOKS_LIKE[kind]?.[1] ?? ` ${kind} 文件`
const list = (names: readonly string[]) => names.map((name) => JSON.stringify(name)).join(', ')
const listZh = (names: readonly string[]) => names.map((name) => `“${name}”`).join('、')

/** Refusals of a whole file. Lines count from 1, byte offsets from 0. */
const fileErrors = {
  'import.notFound': entry<{ path: string }>(
    'input',
    (d) => `There is no file at ${d.path}. Check the name and the folder.`,
    (d) => `找不到文件 ${d.path}。检查文件名和所在的文件夹。`,
  ),
  'import.notAllowed': entry<{ path: string }>(
    'environment',
    (d) =>
      `The system does not allow reading ${d.path}. Change its permissions or copy it elsewhere.`,
    (d) => `系统不允许读取 ${d.path}。修改权限，或把它复制到别处。`,
  ),
  'import.unreadable': entry<{ path: string; message: string }>(
    'environment',
    (d) =>
      `${d.path} could not be read to its end (${d.message}). Copy it to a local disk and try again.`,
    (d) => `${d.path} 没有读完（${d.message}）。复制到本机的磁盘再试。`,
  ),
  'import.changed': entry<{ path: string }>(
    'input',
    (d) =>
      `${d.path} changed while it was read, so nothing of it was taken. ` +
      `Try again when no other program writes to it.`,
    (d) => `没有读入任何内容：${d.path} 在读取时变了。等别的程序写完再试。`,
  ),
  'import.changedMidway': entry<{ path: string; added: number }>(
    'input',
    (d) =>
      `${d.path} was not imported to its end, for it changed meanwhile: ${d.added} of its texts are in ` +
      `the project. Import it again when no other program writes to it; rows that are in already ` +
      `are passed over.`,
    (d) =>
      `${d.path} 没有导入完，它在导入时变了：有 ${d.added} 条文本已在项目里。等别的程序写完再导入一次，已有的行会跳过。`,
  ),
  'import.notAFile': entry<{ path: string; kind: 'folder' | 'device' }>(
    'input',
    (d) => `Expected a file, got a ${d.kind}: ${d.path}. Choose one file.`,
    (d) => `应为文件，实为${d.kind === 'folder' ? '文件夹' : '设备'}：${d.path}。选一个文件。`,
  ),
  'import.empty': entry<{ path: string }>(
    'input',
    (d) => `${d.path} is empty: it holds no text at all. Choose another file.`,
    (d) => `${d.path} 是空文件：里面没有任何文本。另选一个文件。`,
  ),
  'import.noRows': entry<{ path: string }>(
    'input',
    (d) =>
      `${d.path} holds a header and no rows. If its first line is data, import without a header.`,
    (d) => `${d.path} 只有表头，没有数据。如果第一行就是数据，按没有表头导入。`,
  ),
  'import.binary': entry<{ path: string; kind: string }>(
    'input',
    (d) =>
      `${d.path} is not text: it looks like ${kindEn(d.kind)}. ` +
      `Choose CSV, TSV, JSON, JSON Lines or plain text.`,
    (d) =>
      `${d.path} 不是文本：看起来是${kindZh(d.kind)}。能导入的有 CSV、TSV、JSON、JSON Lines 和纯文本。`,
  ),
  'import.spreadsheet': entry<{ path: string; kind: string }>(
    'input',
    (d) => `${d.path} is a spreadsheet (${d.kind}), which cannot be read yet. ${SAVE_AS.en}`,
    (d) => `${d.path} 是电子表格（${d.kind}），目前还不能读取。${SAVE_AS.zh}`,
  ),
  'import.parquet': entry<{ path: string }>(
    'input',
    (d) =>
      `${d.path} is a Parquet file, which cannot be read yet. ` +
      `Save it as CSV UTF-8, in pandas: read_parquet(...).to_csv(..., index=False).`,
    (d) =>
      `${d.path} 是 Parquet 文件，目前还不能读取。` +
      `另存为 UTF-8 的 CSV，pandas 里是 read_parquet(...).to_csv(..., index=False)。`,
  ),
  'import.encodingName': entry<{ given: string; known: readonly string[] }>(
    'input',
    (d) => `There is no encoding called ${d.given} here. Choose one of ${d.known.join(', ')}.`,
    (d) => `没有叫 ${d.given} 的编码。可选的有：${d.known.join('、')}。`,
  ),
  'import.encodingUnknown': entry<{ path: string; guess: string | null; known: readonly string[] }>(
    'input',
    (d) =>
      `The encoding of ${d.path} was not recognised` +
      (d.guess === null ? '. ' : ` (perhaps ${d.guess}). `) +
      `Save the file as UTF-8, or name its encoding: ${d.known.join(', ')}.`,
    (d) =>
      `无法识别 ${d.path} 的编码` +
      (d.guess === null ? '。' : `（可能是 ${d.guess}）。`) +
      `把文件另存为 UTF-8，或指明编码：${d.known.join('、')}。`,
  ),
  'import.encodingWrong': entry<{
    path: string
    declared: string
    line: number
    offset: number
    bytes: string
    looksLike: string | null
  }>(
    'input',
    (d) =>
      `${d.path} is not ${d.declared}: it does not fit on line ${d.line}, ` +
      `byte ${d.offset} (${d.bytes}). ` +
      (d.looksLike === null
        ? `Choose another encoding.`
        : `It looks like ${d.looksLike}: choose that, or let it be detected.`),
    (d) =>
      `${d.path} 的编码不是 ${d.declared}：第 ${d.line} 行、第 ${d.offset} 字节（${d.bytes}）不符。` +
      (d.looksLike === null
        ? `换一种编码。`
        : `看起来是 ${d.looksLike}：改选它，或让程序自己识别。`),
  ),
  'import.delimiter': entry<{ given: string }>(
    'input',
    (d) =>
      `The file was not read: a delimiter is one character other than a quote or a line break, ` +
      `got ${JSON.stringify(d.given)}.`,
    (d) => `没有读取文件：分隔符应为引号和换行以外的一个字符，实为 ${JSON.stringify(d.given)}。`,
  ),
  'import.undecodable': entry<{
    path: string
    encoding: string
    line: number
    offset: number
    bytes: string
  }>(
    'input',
    (d) =>
      `Line ${d.line} of ${d.path} holds bytes that are no ${d.encoding} ` +
      `(byte ${d.offset}: ${d.bytes}). Repair that line, choose another encoding, ` +
      `or import without the rows that cannot be decoded.`,
    (d) =>
      `${d.path} 第 ${d.line} 行有不符合 ${d.encoding} 的字节（第 ${d.offset} 字节：${d.bytes}）。` +
      `改好那一行、换一种编码，或跳过无法解码的行。`,
  ),
  'import.brokenQuote': entry<{ path: string; line: number; foundLine: number | null }>(
    'input',
    (d) =>
      `The quote that opens on line ${d.line} of ${d.path} ` +
      (d.foundLine === null
        ? `is never closed, so it would swallow the rows after it. `
        : `runs into other text on line ${d.foundLine}, so rows would be merged. `) +
      `Nothing was imported. Close that quote, double the quotes inside the field, ` +
      `or import with quotes as ordinary characters.`,
    (d) =>
      `${d.path} 第 ${d.line} 行打开的引号` +
      (d.foundLine === null
        ? `没有闭合，其后的行会被吞掉。`
        : `到第 ${d.foundLine} 行撞上了别的文字，多行会被并成一行。`) +
      `没有导入任何内容。闭合那个引号，把字段里的引号写成两个，或把引号当作普通字符。`,
  ),
  'import.recordTooLong': entry<{ path: string; line: number; limit: number }>(
    'input',
    (d) =>
      `The record that starts on line ${d.line} of ${d.path} is longer than ${d.limit} characters. ` +
      `Look there: a line break, a bracket or a quote is probably missing.`,
    (d) =>
      `${d.path} 第 ${d.line} 行开始的记录超过 ${d.limit} 个字符。看看那里：多半缺了换行、括号或引号。`,
  ),
  'import.jsonBroken': entry<{
    path: string
    line: number
    expected: keyof typeof JSON_PARTS
    /** The character that was found; null at the end of the file. */
    got: string | null
  }>(
    'input',
    (d) =>
      `${d.path} is not a JSON array of objects: line ${d.line}, ` +
      `expected ${JSON_PARTS[d.expected][0]}, got ${d.got ?? 'the end of the file'}. ` +
      `One object per line (JSON Lines) can be read too.`,
    (d) =>
      `${d.path} 不是由对象组成的 JSON 数组：第 ${d.line} 行应为${JSON_PARTS[d.expected][1]}，` +
      `实为${d.got === null ? '文件结尾' : `“${d.got}”`}。也可以用一行一个对象的 JSON Lines。`,
  ),
  'import.noUsableRow': entry<{ path: string; line: number; raw: string }>(
    'input',
    (d) =>
      `No row of ${d.path} could be read. The first that failed is on line ${d.line} (${d.raw}). Look ` +
      `at that line, or read the file in another format.`,
    (d) =>
      `${d.path} 里没有一行能读取。最先读不了的是第 ${d.line} 行（${d.raw}）。看看那一行，或换一种格式读取。`,
  ),
  'import.noTextColumn': entry<{ path: string; columns: readonly string[] }>(
    'input',
    (d) => `No column of ${d.path} holds text. Choose the column of the text: ${list(d.columns)}.`,
    (d) => `${d.path} 里找不到文本的列。选出文本所在的列：${listZh(d.columns)}。`,
  ),
  'import.columnMissing': entry<{ path: string; column: string; columns: readonly string[] }>(
    'input',
    (d) => `${d.path} has no column ${JSON.stringify(d.column)}. Its columns: ${list(d.columns)}.`,
    (d) => `${d.path} 里没有列“${d.column}”。现有的列：${listZh(d.columns)}。`,
  ),
}

/** Why one row was left out while the rest of its file was read. */
const rowErrors = {
  'import.rowEmpty': entry<{ column: string }>(
    'input',
    (d) => `The text in column ${JSON.stringify(d.column)} is empty.`,
    (d) => `列“${d.column}”里的文本是空的。`,
  ),
  'import.rowTooLong': entry<{ column: string; bytes: number; limit: number }>(
    'input',
    (d) =>
      `The text in column ${JSON.stringify(d.column)} has ${d.bytes} bytes; ` +
      `the limit is ${d.limit}. Split it.`,
    (d) => `列“${d.column}”里的文本有 ${d.bytes} 字节，上限为 ${d.limit}。把它拆开。`,
  ),
  'import.rowRagged': entry<{ expected: number; got: number }>(
    'input',
    (d) =>
      `Expected ${d.expected} fields as in the first line, got ${d.got}. ` +
      `A field that holds the delimiter or a line break must stand in quotes.`,
    (d) =>
      `应有 ${d.expected} 个字段（与首行一致），实有 ${d.got} 个。` +
      `含有分隔符或换行的字段要加引号。`,
  ),
  'import.rowStrayQuote': entry<{ field: number }>(
    'input',
    (d) =>
      `Field ${d.field} goes on after its closing quote. Write a quote inside a quoted field twice.`,
    (d) => `第 ${d.field} 个字段在引号闭合之后还有文字。带引号的字段里，引号要写成两个。`,
  ),
  'import.rowNul': entry<{ column: string }>(
    'input',
    (d) => `Column ${JSON.stringify(d.column)} holds a NUL character, which is no text.`,
    (d) => `列“${d.column}”里有 NUL 字符，它不是文本。`,
  ),
  'import.rowUndecodable': entry<{ column: string }>(
    'input',
    (d) =>
      `Column ${JSON.stringify(d.column)} holds a broken character ` +
      `(undecodable bytes or half of a surrogate pair).`,
    (d) => `列“${d.column}”里有损坏的字符（无法解码的字节，或半个代理对）。`,
  ),
  'import.rowNotJson': entry<{ message: string }>(
    'input',
    (d) => `Expected a JSON object, got something that cannot be parsed (${d.message}).`,
    (d) => `应为 JSON 对象，却无法解析（${d.message}）。`,
  ),
  'import.rowNotObject': entry<{ got: 'array' | 'null' | 'string' | 'number' | 'boolean' }>(
    'input',
    (d) => `Expected a JSON object with named values, got a JSON value of type ${d.got}.`,
    (d) => `应为值都有名字的 JSON 对象，实为 ${d.got} 类型的 JSON 值。`,
  ),
  'import.rowColumnMissing': entry<{ column: string }>(
    'input',
    (d) => `The row has no value called ${JSON.stringify(d.column)}.`,
    (d) => `这一行没有名为“${d.column}”的值。`,
  ),
}

export const importErrors = { ...fileErrors, ...rowErrors }
