/**
 * Names that columns have in the data sets of the field, by what they are for, the surest first.
 * A full name has to match: `text_source` is no `text`.
 */
const NAMES = {
  text: [
    ...['text', 'content', 'sentence', 'review', 'comment', 'message', 'body', 'document'],
    ...['abstract', 'abst', 'question', 'query', 'title', 'description', 'tweet', 'utterance'],
    ...['文本', '内容', '正文', '评论', '评论内容', '文本内容', '句子', '文章', '摘要', '描述'],
    ...['留言', '反馈', '问题', '标题', '內容', '評論', '文章內容', '標題'],
  ],
  id: [
    ...['id', 'textid', 'docid', 'sourceid', 'rowid', 'uuid', 'guid', 'key', 'index', 'idx'],
    ...['编号', '序号', '主键', '标识', '文本编号', '数据编号', '編號', '序號'],
  ],
} as const
export type NamedRole = keyof typeof NAMES

/** Names of columns with known classes: they have no role in an import, but tell a header. */
const CLASSES: readonly string[] = [
  ...['label', 'class', 'category', 'target', 'cat', 'tag', 'sentiment', 'intent', 'topic'],
  ...['标签', '类别', '分类', '类目', '类型', '情感', '意图', '主题'],
  ...['標籤', '類別', '分類', '情緒', '主題'],
]

/** The names of the two texts of a pair. */
const PAIRS = [
  ['sentence1', 'sentence2'],
  ['text1', 'text2'],
  ['texta', 'textb'],
  ['question1', 'question2'],
  ['premise', 'hypothesis'],
  ['句子1', '句子2'],
  ['文本1', '文本2'],
  ['前提', '假设'],
] as const

/** `Text ID`, `text_id` and `ＴＥＸＴ－ＩＤ` are the same name. */
function plainName(name: string): string {
  return name
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[\s_\-.]/g, '')
}

/** How early a name stands in the list of a role, or -1. */
export function rankOfName(role: NamedRole, name: string): number {
  return (NAMES[role] as readonly string[]).indexOf(plainName(name))
}

/** The columns that hold the two texts of a pair, if their names say so. */
export function pairOf(names: readonly string[]): readonly [string, string] | undefined {
  for (const pair of PAIRS) {
    const [a, b] = pair.map((side) => names.find((name) => plainName(name) === side))
    if (a !== undefined && b !== undefined) return [a, b]
  }
  return undefined
}

/** Whether a field is a name that heads columns elsewhere. */
export function isColumnName(field: string): boolean {
  const roles = Object.keys(NAMES) as NamedRole[]
  const plain = plainName(field)
  const isKnown = CLASSES.includes(plain) || PAIRS.flat().includes(plain as never)
  return isKnown || roles.some((role) => rankOfName(role, field) >= 0)
}
