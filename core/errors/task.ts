import { entry, many } from './entry.ts'

export const taskErrors = {
  'task.none': entry<Record<string, never>>(
    'input',
    () => `The project has no task yet. Set its classes, patterns and word groups first.`,
    () => `项目还没有任务。先设好类别、句式和词组。`,
  ),
  'task.badFile': entry<{ path: string; expected: string; got: string }>(
    'input',
    (d) =>
      `The task file ${d.path} cannot be used: expected ${d.expected}, got ${d.got}. Correct the ` +
      `file and try again.`,
    (d) => `任务文件 ${d.path} 用不了：应为 ${d.expected}，实为 ${d.got}。改好文件再试。`,
  ),
  'task.fewClasses': entry<{ count: number }>(
    'input',
    (d) => `A task needs at least 2 classes, this one has ${d.count}. Add a class.`,
    (d) => `任务至少要有 2 个类别，现在有 ${d.count} 个。再加一个类别。`,
  ),
  'task.sameClass': entry<{ name: string }>(
    'input',
    (d) => `Two classes are called ${d.name}. Give every class a name of its own.`,
    (d) => `有两个类别都叫“${d.name}”。给每个类别起不同的名字。`,
  ),
  'task.noPattern': entry<Record<string, never>>(
    'input',
    () => `The task has no pattern. Write at least one, such as "{a} [MASK]".`,
    () => `任务还没有句式。至少写一个，例如“{a} [MASK]”。`,
  ),
  'task.noGroup': entry<Record<string, never>>(
    'input',
    () => `The task has no word group. Add at least one, with a word for every class.`,
    () => `任务还没有词组。至少加一组，给每个类别一个词。`,
  ),
  'task.sameGroup': entry<{ name: string }>(
    'input',
    (d) => `Two word groups are called ${d.name}. Give every group a name of its own.`,
    (d) => `有两个词组都叫“${d.name}”。给每个词组起不同的名字。`,
  ),
  'task.missingWord': entry<{ group: string; class: string }>(
    'input',
    (d) => `The word group ${d.group} has no word for the class ${d.class}. Write one.`,
    (d) => `词组“${d.group}”还没有类别“${d.class}”的词。写上一个。`,
  ),
  'task.unknownClass': entry<{ name: string; known: readonly string[] }>(
    'input',
    (d) => `There is no class ${d.name}. The classes are: ${d.known.join(', ') || 'none'}.`,
    (d) => `没有类别“${d.name}”。现有的类别：${d.known.join('、') || '无'}。`,
  ),
  'task.unknownNumber': entry<{ number: string; known: readonly string[] }>(
    'input',
    (d) =>
      `There is no class number ${d.number}: expected ` +
      `${d.known.map((name, i) => `${i + 1} (${name})`).join(', ')}.`,
    (d) =>
      `没有第 ${d.number} 个类别。可用的有：${d.known.map((name, i) => `${i + 1}（${name}）`).join('、')}。`,
  ),
  'task.classInUse': entry<{ name: string; labels: number; proposals: number }>(
    'input',
    (d) =>
      `The class ${d.name} cannot be removed: ${many(d.labels, 'label')} and ` +
      `${many(d.proposals, 'approved proposal')} use it. Give those texts another class first; ` +
      `nothing was changed.`,
    (d) =>
      `没有删除类别“${d.name}”：还有 ${d.labels} 条标注和 ${d.proposals} 条批准的提案在用它。先把那些文本改为其他类别。`,
  ),
  'task.classGone': entry<{ name: string }>(
    'input',
    (d) =>
      `This step cannot be undone or redone: it needs the class ${d.name}, which is no longer in the ` +
      `task. Add a class of that name and try again.`,
    (d) =>
      `这一步无法撤销或重做：它需要的类别“${d.name}”已不在任务里。重新加上同名类别，然后再试。`,
  ),
  'task.emptyClass': entry<{ names: readonly string[] }>(
    'input',
    (d) =>
      `No text is labelled ${d.names.join(', ')}. Label at least one text of every class; held-out ` +
      `texts do not count.`,
    (d) =>
      `没有文本被标为${d.names.map((name) => `“${name}”`).join('、')}。每类至少标注一条文本，留出集里的不算。`,
  ),
}
