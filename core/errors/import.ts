import { entry } from './entry.ts'

const SAVE_AS = {
  en: 'Open it in the program that made it and save it as "CSV UTF-8".',
  zh: '请在生成它的程序中打开，另存为“CSV UTF-8”。',
}

/** What a file that is no text turns out to be: its name in both languages. */
const LOOKS_LIKE: Record<string, readonly [en: string, zh: string]> = {
  'office-old': ['an old Office file (.xls, .doc)', '旧版 Office 文件（.xls、.doc）'],
  docx: ['a Word document', 'Word 文档'],
  unknown: ['binary data of a kind that is not known here', '未知类型的二进制数据'],
}

const JSON_PARTS = {
  array: ['"["', ' "["'],
  object: ['an object', '对象'],
  objectOrEnd: ['an object or "]"', '对象或 "]"'],
  commaOrEnd: ['"," or "]"', ' "," 或 "]"'],
  nothing: ['the end of the file', '文件结尾'],
} as const

const kindEn = (kind: string) => LOOKS_LIKE[kind]?.[0] ?? `a ${kind} file`
const kindZh = (kind: string) => LOOKS_LIKE[kind]?.[1] ?? `${kind} 文件`
const list = (names: readonly string[]) => names.map((name) => JSON.stringify(name)).join(', ')

/** Refusals of a whole file. Lines count from 1, byte offsets from 0. */
const fileErrors = {
  'import.notFound': entry<{ path: string }>(
    'input',
    (d) => `There is no file at ${d.path}. Check the name and the folder.`,
    (d) => `找不到文件 ${d.path}。请检查文件名和所在文件夹。`,
  ),
  'import.notAllowed': entry<{ path: string }>(
    'environment',
    (d) =>
      `The system does not allow reading ${d.path}. Change its permissions or copy it elsewhere.`,
    (d) => `系统不允许读取 ${d.path}。请修改权限，或把它复制到别处。`,
  ),
  'import.unreadable': entry<{ path: string; message: string }>(
    'environment',
    (d) =>
      `${d.path} could not be read to its end: ${d.message}. Copy it to a local disk and try again.`,
    (d) => `${d.path} 未能读完：${d.message}。请复制到本机磁盘后重试。`,
  ),
  'import.changed': entry<{ path: string }>(
    'input',
    (d) =>
      `${d.path} changed while it was read, so nothing of it was taken. ` +
      `Try again when no other program writes to it.`,
    (d) => `${d.path} 在读取过程中发生了变化，没有采用其中任何内容。请等其他程序写完后重试。`,
  ),
  'import.changedMidway': entry<{ path: string; added: number }>(
    'input',
    (d) =>
      `${d.path} changed while it was imported: the ${d.added} texts read so far are in the ` +
      `project. Import it again when no other program writes to it; rows that are in already are ` +
      `passed over.`,
    (d) =>
      `${d.path} 在导入过程中发生了变化：此前读取的 ${d.added} 条文本已进入项目。请等其他程序写完后再次导入，已导入的行会自动跳过。`,
  ),
  'import.notAFile': entry<{ path: string; kind: 'folder' | 'device' }>(
    'input',
    (d) => `Expected a file, got a ${d.kind}: ${d.path}. Choose one file.`,
    (d) => `应为文件，实为${d.kind === 'folder' ? '文件夹' : '设备'}：${d.path}。请选择一个文件。`,
  ),
  'import.empty': entry<{ path: string }>(
    'input',
    (d) => `${d.path} is empty: it holds no text at all.`,
    (d) => `${d.path} 是空文件：其中没有任何文本。`,
  ),
  'import.noRows': entry<{ path: string }>(
    'input',
    (d) =>
      `${d.path} holds a header and no rows. If its first line is data, import without a header.`,
    (d) => `${d.path} 只有表头，没有数据。如果第一行就是数据，请选择“无表头”。`,
  ),
  'import.binary': entry<{ path: string; kind: string }>(
    'input',
    (d) =>
      `${d.path} is not text: it looks like ${kindEn(d.kind)}. ` +
      `CSV, TSV, JSON, JSON Lines and plain text can be imported.`,
    (d) =>
      `${d.path} 不是文本：看起来是${kindZh(d.kind)}。可以导入 CSV、TSV、JSON、JSON Lines 和纯文本。`,
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
      `请另存为 UTF-8 的 CSV，例如 pandas：read_parquet(...).to_csv(..., index=False)。`,
  ),
  'import.encodingName': entry<{ given: string; known: readonly string[] }>(
    'input',
    (d) => `There is no encoding called ${d.given} here. Known: ${d.known.join(', ')}.`,
    (d) => `不认识编码 ${d.given}。可用的编码：${d.known.join('、')}。`,
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
      `请把文件另存为 UTF-8，或指明编码：${d.known.join('、')}。`,
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
        ? `请选择其他编码。`
        : `看起来是 ${d.looksLike}：请改选它，或使用自动检测。`),
  ),
  'import.delimiter': entry<{ given: string }>(
    'input',
    (d) =>
      `A delimiter is one character other than a quote or a line break, ` +
      `got ${JSON.stringify(d.given)}.`,
    (d) => `分隔符应为引号和换行以外的一个字符，实为 ${JSON.stringify(d.given)}。`,
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
      `请修复该行、选择其他编码，或跳过无法解码的行再导入。`,
  ),
  'import.brokenQuote': entry<{ path: string; line: number; foundLine: number | null }>(
    'input',
    (d) =>
      `The quote that opens on line ${d.line} of ${d.path} ` +
      (d.foundLine === null
        ? `is never closed, so it would swallow the rows after it. `
        : `runs into other text on line ${d.foundLine}, so rows would be merged. `) +
      `Nothing was imported. Close that quote, double the quotes inside the field, ` +
      `or import with quotes as ordinary characters (--no-quotes).`,
    (d) =>
      `${d.path} 第 ${d.line} 行打开的引号` +
      (d.foundLine === null
        ? `没有闭合，其后的行会被吞掉。`
        : `到第 ${d.foundLine} 行撞上了别的文字，多行会被并成一行。`) +
      `没有导入任何内容。请闭合该引号，把字段内的引号写成两个，或把引号当作普通字符导入（--no-quotes）。`,
  ),
  'import.recordTooLong': entry<{ path: string; line: number; limit: number }>(
    'input',
    (d) =>
      `The record that starts on line ${d.line} of ${d.path} is longer than ${d.limit} characters. ` +
      `A line break, a bracket or a quote is probably missing there.`,
    (d) =>
      `${d.path} 第 ${d.line} 行开始的记录超过 ${d.limit} 个字符。那里多半缺了换行、括号或引号。`,
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
      `实为${d.got === null ? '文件结尾' : ` ${d.got}`}。也可以使用每行一个对象的 JSON Lines。`,
  ),
  'import.noUsableRow': entry<{ path: string; line: number; raw: string }>(
    'input',
    (d) =>
      `No row of ${d.path} could be read. The first that failed is on line ${d.line}: ${d.raw}`,
    (d) => `${d.path} 中没有一行能读取。最先失败的是第 ${d.line} 行：${d.raw}`,
  ),
  'import.noTextColumn': entry<{ path: string; columns: readonly string[] }>(
    'input',
    (d) => `No column of ${d.path} holds text. Its columns: ${list(d.columns)}.`,
    (d) => `${d.path} 中没有文本列。现有的列：${list(d.columns)}。`,
  ),
  'import.columnMissing': entry<{ path: string; column: string; columns: readonly string[] }>(
    'input',
    (d) => `${d.path} has no column ${JSON.stringify(d.column)}. Its columns: ${list(d.columns)}.`,
    (d) => `${d.path} 中没有列 ${JSON.stringify(d.column)}。现有的列：${list(d.columns)}。`,
  ),
}

/** Why one row was left out while the rest of its file was read. */
const rowErrors = {
  'import.rowEmpty': entry<{ column: string }>(
    'input',
    (d) => `The text in column ${JSON.stringify(d.column)} is empty.`,
    (d) => `列 ${JSON.stringify(d.column)} 中的文本为空。`,
  ),
  'import.rowTooLong': entry<{ column: string; bytes: number; limit: number }>(
    'input',
    (d) =>
      `The text in column ${JSON.stringify(d.column)} has ${d.bytes} bytes; ` +
      `the limit is ${d.limit}. Split it.`,
    (d) => `列 ${JSON.stringify(d.column)} 中的文本有 ${d.bytes} 字节，上限为 ${d.limit}。请拆分。`,
  ),
  'import.rowRagged': entry<{ expected: number; got: number }>(
    'input',
    (d) =>
      `Expected ${d.expected} fields as in the first line, got ${d.got}. ` +
      `A field that holds the delimiter or a line break must stand in quotes.`,
    (d) =>
      `应有 ${d.expected} 个字段（与首行一致），实有 ${d.got} 个。` +
      `含有分隔符或换行的字段必须加引号。`,
  ),
  'import.rowStrayQuote': entry<{ field: number }>(
    'input',
    (d) =>
      `Field ${d.field} goes on after its closing quote. Write a quote inside a quoted field twice.`,
    (d) => `第 ${d.field} 个字段在引号闭合之后还有文字。引号字段内的引号应写成两个。`,
  ),
  'import.rowNul': entry<{ column: string }>(
    'input',
    (d) => `Column ${JSON.stringify(d.column)} holds a NUL character, which is no text.`,
    (d) => `列 ${JSON.stringify(d.column)} 中有 NUL 字符，它不是文本。`,
  ),
  'import.rowUndecodable': entry<{ column: string }>(
    'input',
    (d) =>
      `Column ${JSON.stringify(d.column)} holds a broken character ` +
      `(undecodable bytes or half of a surrogate pair).`,
    (d) => `列 ${JSON.stringify(d.column)} 中有损坏的字符（无法解码的字节，或半个代理对）。`,
  ),
  'import.rowNotJson': entry<{ message: string }>(
    'input',
    (d) => `Expected a JSON object, got something that cannot be parsed: ${d.message}`,
    (d) => `应为 JSON 对象，但无法解析：${d.message}`,
  ),
  'import.rowNotObject': entry<{ got: 'array' | 'null' | 'string' | 'number' | 'boolean' }>(
    'input',
    (d) => `Expected a JSON object with named values, got a JSON value of type ${d.got}.`,
    (d) => `应为带有名称的 JSON 对象，实为 ${d.got} 类型的 JSON 值。`,
  ),
  'import.rowColumnMissing': entry<{ column: string }>(
    'input',
    (d) => `The row has no value called ${JSON.stringify(d.column)}.`,
    (d) => `该行没有名为 ${JSON.stringify(d.column)} 的值。`,
  ),
}

export const importErrors = { ...fileErrors, ...rowErrors }
