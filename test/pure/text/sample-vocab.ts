import { buildVocab, emptyCounts, textCounter } from '../../../learn/text/vocab.ts'

const sample = `
今天天气很好，我们一起去公园散步。昨天买的手机屏幕很亮，电池也耐用！
这家店的服务态度不错，就是价格有点贵：一碗面要 28 元。“满意”还是“失望”？
linux 系统和 windows 系统有什么不同？python 3 比 java 容易学。cpu 温度 65℃，还可以😀
café naïve 한국어 ありがとう ２０２３年 ａｂｃ σοφός`

/** A small vocabulary with Han, Latin, Greek, kana, Hangul, full-width and emoji tokens. */
export function sampleVocab(size = 400): string[] {
  const counts = emptyCounts()
  const count = textCounter(counts, { lowercase: true })
  for (const line of sample.split('\n')) count(line)
  return buildVocab(counts, { size, leastCount: 1 })
}
