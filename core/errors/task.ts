import { entry } from './entry.ts'

export const taskErrors = {
  'task.none': entry<Record<string, never>>(
    'input',
    () => `The project has no task yet: set classes, patterns and word groups with "shiliu task".`,
    () => `项目还没有任务：请用 "shiliu task" 设置类别、句式和词组。`,
  ),
  'task.badFile': entry<{ path: string; expected: string; got: string }>(
    'input',
    (d) => `The task file ${d.path} cannot be used: expected ${d.expected}, got ${d.got}.`,
    (d) => `无法使用任务文件 ${d.path}：应为 ${d.expected}，实为 ${d.got}。`,
  ),
  'task.fewClasses': entry<{ count: number }>(
    'input',
    (d) => `A task needs at least two classes, this one has ${d.count}.`,
    (d) => `任务至少需要两个类别，目前只有 ${d.count} 个。`,
  ),
  'task.sameClass': entry<{ name: string }>(
    'input',
    (d) => `Two classes are called ${d.name}. Every class needs a name of its own.`,
    (d) => `有两个类别都叫“${d.name}”。每个类别的名称必须不同。`,
  ),
  'task.noPattern': entry<Record<string, never>>(
    'input',
    () => `The task has no pattern: expected at least one, such as "{a} [MASK]".`,
    () => `任务没有句式：至少需要一个，例如“{a} [MASK]”。`,
  ),
  'task.noGroup': entry<Record<string, never>>(
    'input',
    () => `The task has no word group: expected at least one, with a word for every class.`,
    () => `任务没有词组：至少需要一个词组，并为每个类别给出一个词。`,
  ),
  'task.sameGroup': entry<{ name: string }>(
    'input',
    (d) => `Two word groups are called ${d.name}. Every group needs a name of its own.`,
    (d) => `有两个词组都叫“${d.name}”。每个词组的名称必须不同。`,
  ),
  'task.missingWord': entry<{ group: string; class: string }>(
    'input',
    (d) => `The word group ${d.group} has no word for the class ${d.class}.`,
    (d) => `词组“${d.group}”没有给类别“${d.class}”设置词。`,
  ),
  'task.unknownClass': entry<{ name: string; known: readonly string[] }>(
    'input',
    (d) => `There is no class ${d.name}. The classes are: ${d.known.join(', ') || 'none'}.`,
    (d) => `没有类别“${d.name}”。现有类别：${d.known.join('、') || '无'}。`,
  ),
  'task.unknownNumber': entry<{ number: string; known: readonly string[] }>(
    'input',
    (d) =>
      `There is no class number ${d.number}: expected ` +
      `${d.known.map((name, i) => `${i + 1} (${name})`).join(', ')}.`,
    (d) =>
      `没有第 ${d.number} 个类别：应为 ${d.known.map((name, i) => `${i + 1}（${name}）`).join('、')}。`,
  ),
  'task.classInUse': entry<{ name: string; labels: number; proposals: number }>(
    'input',
    (d) =>
      `The class ${d.name} cannot be removed: ${d.labels} labels and ${d.proposals} accepted ` +
      `proposals use it. Give those texts another class first; nothing was changed.`,
    (d) =>
      `无法删除类别“${d.name}”：有 ${d.labels} 个标签和 ${d.proposals} 条已接受的建议在使用它。请先改用其他类别；没有做任何更改。`,
  ),
  'task.classGone': entry<{ name: string }>(
    'input',
    (d) =>
      `This step cannot be taken back: it needs the class ${d.name}, which is no longer in the ` +
      `task. Add a class of that name and try again.`,
    (d) =>
      `无法撤销或重做这一步：它需要类别“${d.name}”，而该类别已不在任务中。请重新添加同名类别后再试。`,
  ),
  'task.emptyClass': entry<{ names: readonly string[] }>(
    'input',
    (d) => `No text is labelled ${d.names.join(', ')}. Label at least one text of every class.`,
    (d) => `没有文本被标为 ${d.names.join('、')}。请为每个类别至少标注一条文本。`,
  ),
}
