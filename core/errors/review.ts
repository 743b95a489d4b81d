import { entry } from './entry.ts'

const percent = (share: number) => `${(share * 100).toFixed(1)} %`

export const reviewErrors = {
  'review.noProposals': entry<Record<string, never>>(
    'input',
    () =>
      `There is nothing to review: neither the round in use nor a round that it goes back to has ` +
      `proposed anything. Train a round if there is none, then run "shiliu propose".`,
    () =>
      `没有可审阅的内容：当前轮及其之前的各轮都没有给出建议。如还没有轮次请先训练，再运行 "shiliu propose"。`,
  ),
  'review.unknownProposal': entry<{ ids: readonly (string | number)[] }>(
    'input',
    (d) => `There is no open proposal for ${d.ids.join(', ')}. Nothing was changed.`,
    (d) => `${d.ids.join('、')} 没有对应的建议。没有做任何更改。`,
  ),
  'review.inAudit': entry<{ text: number }>(
    'input',
    (d) =>
      `Text ${d.text} is in the sample of the open audit. Answer it there, so that the audit ` +
      `stays a fair sample.`,
    (d) => `文本 ${d.text} 在正在进行的抽查样本中。请在抽查中回答，以保证样本公平。`,
  ),
  'review.badDecision': entry<{ got: string }>(
    'input',
    (d) => `Expected the decision approve, reject, correct or reopen, got "${d.got}".`,
    (d) => `决定应为 approve、reject、correct 或 reopen，实为“${d.got}”。`,
  ),
  'audit.none': entry<Record<string, never>>(
    'input',
    () => `There is no such audit. Start one with "shiliu audit start".`,
    () => `没有相应的抽查。请用 "shiliu audit start" 开始。`,
  ),
  'audit.empty': entry<Record<string, never>>(
    'input',
    () => `No open proposal matches the filter, so there is nothing to audit.`,
    () => `没有符合筛选条件的待定建议，无需抽查。`,
  ),
  'audit.threshold': entry<{ threshold: number; floor: number }>(
    'input',
    (d) =>
      `An audit needs a threshold between ${percent(d.floor)} and 100 %, got ${percent(d.threshold)}.`,
    (d) => `抽查的合格线应在 ${percent(d.floor)} 与 100 % 之间，实为 ${percent(d.threshold)}。`,
  ),
  'audit.open': entry<{ audit: number; left: number }>(
    'input',
    (d) =>
      `Audit ${d.audit} is still open, with ${d.left} texts to answer. Finish it or give it up ` +
      `first (an audit that is given up counts as failed).`,
    (d) => `抽查 ${d.audit} 尚未完成，还有 ${d.left} 条待回答。请先完成或放弃（放弃视为未通过）。`,
  ),
  'audit.locked': entry<{ audit: number }>(
    'input',
    (d) =>
      `These proposals contain all that is left of audit ${d.audit}, which failed. Narrow the ` +
      `filter (a higher score or margin, one class), or train a new round.`,
    (d) =>
      `这些建议包含未通过的抽查 ${d.audit} 的全部剩余内容。请收紧筛选条件（更高的分数或间隔，或单个类别），或训练新一轮。`,
  ),
  'audit.unknown': entry<{ audit: number }>(
    'input',
    (d) => `There is no audit ${d.audit}.`,
    (d) => `没有编号为 ${d.audit} 的抽查。`,
  ),
  'audit.closed': entry<{ audit: number; state: string }>(
    'input',
    (d) => `Audit ${d.audit} is decided (${d.state}): its answers no longer change.`,
    (d) => `抽查 ${d.audit} 已有结论（${d.state}），不能再更改回答。`,
  ),
  'audit.notInSample': entry<{ audit: number; text: number }>(
    'input',
    (d) => `Text ${d.text} is not in the sample of audit ${d.audit}.`,
    (d) => `文本 ${d.text} 不在抽查 ${d.audit} 的样本中。`,
  ),
  'audit.notPassed': entry<{ audit: number; state: string }>(
    'input',
    (d) =>
      `Proposals can be accepted together only after an audit has passed; audit ${d.audit} is ${d.state}.`,
    (d) => `只有抽查通过后才能批量接受；抽查 ${d.audit} 的状态为 ${d.state}。`,
  ),
  'round.unknown': entry<{ round: number; rounds: number }>(
    'input',
    (d) => `There is no round ${d.round}; the project has ${d.rounds}.`,
    (d) => `没有第 ${d.round} 轮；项目共有 ${d.rounds} 轮。`,
  ),
  'round.none': entry<Record<string, never>>(
    'input',
    () => `No model has been trained yet. Run "shiliu train" first.`,
    () => `还没有训练过模型。请先运行 "shiliu train"。`,
  ),
  'round.confirmDiscard': entry<{ round: number }>(
    'input',
    (d) => `The weights of round ${d.round} cannot be brought back. Add --yes to give them up.`,
    (d) => `第 ${d.round} 轮的权重删除后无法恢复。确认请加 --yes。`,
  ),
  'audit.decidedOn': entry<{ audit: number; later: number }>(
    'input',
    (d) =>
      `Nothing was undone: the next step back would change answers of audit ${d.audit}, and audit ` +
      `${d.later} was drawn because of how it ended. Change single labels instead.`,
    (d) =>
      `没有撤销：再撤销一步会更改抽查 ${d.audit} 的回答，而抽查 ${d.later} 正是根据其结论抽取的。请改为修改单个标签。`,
  ),
  'audit.leftOut': entry<{ audit: number; round: number }>(
    'input',
    (d) =>
      `Nothing was accepted: audit ${d.audit} is about proposals of round ${d.round}, which the round ` +
      `in use does not go back to, so they would not be learnt from. Put round ${d.round} into use ` +
      `first.`,
    (d) =>
      `没有接受任何建议：抽查 ${d.audit} 针对第 ${d.round} 轮的建议，而当前轮并非由该轮而来，接受后也不会用于训练。请先启用第 ${d.round} 轮。`,
  ),
  'round.inUse': entry<{ round: number }>(
    'input',
    (d) => `Round ${d.round} is in use, so its weights stay. Choose another round first.`,
    (d) => `第 ${d.round} 轮正在使用，不能删除其权重。请先选择其他轮次。`,
  ),
  'model.discarded': entry<{ model: number }>(
    'input',
    (d) => `The weights of model ${d.model} were given up; only its record is left.`,
    (d) => `模型 ${d.model} 的权重已删除，只保留记录。`,
  ),
}
