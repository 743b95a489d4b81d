import { entry, many, percent } from './entry.ts'

export const reviewErrors = {
  'review.noProposals': entry<Record<string, never>>(
    'input',
    () =>
      `There is nothing to review: neither the round in use nor a round that it goes back to has ` +
      `proposed anything. Train a round if there is none, then have it propose.`,
    () =>
      `没有可复核的提案：正在用的轮次和它之前的各轮都没有提案。还没有轮次就先训练一轮，再让它提案。`,
  ),
  'review.unknownProposal': entry<{ ids: readonly (string | number)[] }>(
    'input',
    (d) =>
      `Nothing was changed: there is no open proposal for text ${d.ids.join(', ')}. Choose among the ` +
      `open proposals.`,
    (d) => `没有做任何更改：文本 ${d.ids.join('、')} 没有待复核的提案。在待复核的提案里选。`,
  ),
  'review.inAudit': entry<{ text: number }>(
    'input',
    (d) =>
      `Text ${d.text} was not decided: it is in the sample of the open audit. Answer it there, so ` +
      `that the audit stays a fair sample.`,
    (d) => `没有决定文本 ${d.text}：它在进行中的审核样本里。在审核里回答它，样本才公平。`,
  ),
  'review.badDecision': entry<{ got: string }>(
    'input',
    (d) =>
      `Nothing was decided: "${d.got}" is no decision. Expected approve, reject, correct or reopen.`,
    (d) => `没有做任何决定：“${d.got}”不是一种决定。应为 approve、reject、correct 或 reopen。`,
  ),
  'audit.none': entry<Record<string, never>>(
    'input',
    () => `There is no audit to go on with. Start one first.`,
    () => `没有可以继续的审核。先开始一次审核。`,
  ),
  'audit.empty': entry<Record<string, never>>(
    'input',
    () => `There is nothing to audit: no open proposal passes the filter. Widen the filter.`,
    () => `没有可审核的提案：没有待复核的提案符合筛选条件。放宽筛选条件。`,
  ),
  'audit.threshold': entry<{ threshold: number; floor: number }>(
    'input',
    (d) =>
      `No audit was started: its threshold must lie between ${percent(d.floor)} and 100%, got ` +
      `${percent(d.threshold)}. Choose another threshold.`,
    (d) =>
      `没有开始审核：门槛应在 ${percent(d.floor)} 到 100% 之间，实为 ${percent(d.threshold)}。换一个门槛。`,
  ),
  'audit.open': entry<{ audit: number; left: number }>(
    'input',
    (d) =>
      `Audit ${d.audit} is still open, with ${many(d.left, 'text')} to answer. Finish it or give it up ` +
      `first (an audit that is given up counts as failed).`,
    (d) =>
      `审核 ${d.audit} 还没有做完，还剩 ${d.left} 条要回答。先做完它，或放弃它（放弃算作未通过）。`,
  ),
  'audit.locked': entry<{ audit: number }>(
    'input',
    (d) =>
      `These proposals contain all that is left of audit ${d.audit}, which failed. Narrow the ` +
      `filter (a higher score or margin, one class), or train a new round.`,
    (d) =>
      `这些提案包含了审核 ${d.audit} 剩下的全部，而那次审核没有通过。收紧筛选条件（提高得分或间距，或只看一类），或训练新一轮。`,
  ),
  'audit.unknown': entry<{ audit: number }>(
    'input',
    (d) => `There is no audit ${d.audit}. Choose one of the audits that the project has.`,
    (d) => `没有审核 ${d.audit}。在项目已有的审核里选。`,
  ),
  'audit.closed': entry<{ audit: number; state: string }>(
    'input',
    (d) =>
      `Nothing was changed: audit ${d.audit} has ended (${d.state}), so its answers stay. Change ` +
      `single labels instead.`,
    (d) =>
      `没有做任何更改：审核 ${d.audit} 已经结束（${stateZh(d.state)}），回答不再变动。可以改单条标注。`,
  ),
  'audit.notInSample': entry<{ audit: number; text: number }>(
    'input',
    (d) =>
      `Nothing was answered: text ${d.text} is not in the sample of audit ${d.audit}. Answer the ` +
      `texts of the sample.`,
    (d) => `没有记下回答：文本 ${d.text} 不在审核 ${d.audit} 的样本里。只回答样本里的文本。`,
  ),
  'audit.notPassed': entry<{ audit: number; state: string }>(
    'input',
    (d) =>
      `Nothing was approved: audit ${d.audit} is ${d.state}, and proposals can be approved in bulk ` +
      `only after an audit has passed. Review them one by one, or narrow the filter and audit again.`,
    (d) =>
      `没有批量批准：审核 ${d.audit} ${stateZh(d.state)}，审核通过后才能批量批准。可以逐条复核，或收紧筛选条件再审核。`,
  ),
  'round.unknown': entry<{ round: number; rounds: number }>(
    'input',
    (d) => `There is no round ${d.round}; the project has ${many(d.rounds, 'round')}.`,
    (d) => `没有第 ${d.round} 轮；项目共有 ${d.rounds} 轮。`,
  ),
  'round.none': entry<Record<string, never>>(
    'input',
    () => `There is no model yet. Train a round first.`,
    () => `还没有模型。先训练一轮。`,
  ),
  'round.confirmDiscard': entry<{ round: number }>(
    'input',
    (d) =>
      `Nothing was deleted: the weights of round ${d.round} cannot be brought back. Confirm it to ` +
      `delete them.`,
    (d) => `没有删除：第 ${d.round} 轮的权重删除后无法恢复。确认之后才会删除。`,
  ),
  'audit.decidedOn': entry<{ audit: number; later: number }>(
    'input',
    (d) =>
      `Nothing was undone: the next step back would change answers of audit ${d.audit}, and audit ` +
      `${d.later} was drawn because of how it ended. Change single labels instead.`,
    (d) =>
      `没有撤销：再退一步会改动审核 ${d.audit} 的回答，而审核 ${d.later} 是根据它的结果抽取的。可以改单条标注。`,
  ),
  'audit.leftOut': entry<{ audit: number; round: number }>(
    'input',
    (d) =>
      `Nothing was approved: audit ${d.audit} is about proposals of round ${d.round}, which the round ` +
      `in use does not go back to, so they would not be learnt from. Put round ${d.round} into use ` +
      `first.`,
    (d) =>
      `没有批量批准：审核 ${d.audit} 针对第 ${d.round} 轮的提案，而正在用的轮次不是由它而来，批准了也学不到。先改用第 ${d.round} 轮。`,
  ),
  'round.inUse': entry<{ round: number }>(
    'input',
    (d) =>
      `The weights of round ${d.round} were not deleted: the round is in use. Put another round into ` +
      `use first.`,
    (d) => `没有删除第 ${d.round} 轮的权重：这一轮正在用。先改用其他轮次。`,
  ),
  'model.discarded': entry<{ model: number }>(
    'input',
    (d) =>
      `Model ${d.model} cannot be used: its weights were deleted, and only its record is left. ` +
      `Choose another round, or train one.`,
    (d) => `模型 ${d.model} 用不了：它的权重已删除，只剩记录。改用其他轮次，或再训练一轮。`,
  ),
}

function stateZh(state: string): string {
  const words: Readonly<Record<string, string>> = {
    open: '还没有做完',
    passed: '已通过',
    failed: '没有通过',
  }
  return words[state] ?? state
}
