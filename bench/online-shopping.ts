import { mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { walkLoop } from '../main/loop.ts'
import { showLoop } from '../main/show-loop.ts'

/**
 * The whole loop on a real file: 62,774 product reviews, ten topics, sixteen labels each from the
 * file's own column. Prints the table and writes bench/results/online-shopping.json.
 *
 * npm run bench:online-shopping; SHILIU_DATA says where the data lie.
 */

const root = resolve(import.meta.dirname, '..')
const data = process.env.SHILIU_DATA ?? resolve(root, '../shared/data')
const classes = '书籍 平板 手机 水果 洗发水 热水器 蒙牛 衣服 计算机 酒店'.split(' ')
const words: Readonly<Record<string, string>> = {
  品类: '书籍 平板 手机 水果 洗发 热水 牛奶 衣服 电脑 酒店',
  相关: '图书 屏幕 通话 苹果 头发 安装 蒙牛 裤子 笔记 房间',
  场景: '作者 触摸 电话 新鲜 护发 加温 酸奶 穿着 键盘 宾馆',
}
const unseen = [
  '房间很干净，前台服务也热情，就是隔音差了点。',
  '苹果又脆又甜，个头也大，包装得很好没有坏的。',
  '屏幕分辨率不错，就是电池不耐用，打电话有杂音。',
]

const outcome = await walkLoop(
  {
    file: join(data, 'real/online_shopping_10_cats.csv'),
    text: 'review',
    label: 'cat',
    task: {
      classes: classes.map((name) => ({ name })),
      patterns: ['这是一条关于[MASK]的评价。{a}'],
      groups: Object.entries(words).map(([name, list]) => ({
        name,
        words: Object.fromEntries(list.split(' ').map((word, c) => [classes[c]!, word])),
      })),
    },
    seed: 1,
    shots: 16,
    heldOut: 120,
    rule: { share: 0.1, minimum: 20, unanimous: true },
    audit: { threshold: 0.9, size: 120 },
    unseen,
  },
  join(root, '.cache/online-shopping'),
)
console.log(showLoop(outcome, unseen))
const { stages, rounds, audit, answers } = outcome
const results = join(root, 'bench/results')
mkdirSync(results, { recursive: true })
writeFileSync(
  join(results, 'online-shopping.json'),
  `${JSON.stringify({ stages, rounds, audit, answers }, null, 2)}\n`,
)
