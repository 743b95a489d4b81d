import { entry } from './entry.ts'

type AtPath = { path: string }

export const projectErrors = {
  'call.badInput': entry<{ call: string; path: string; expected: string; got: string }>(
    'input',
    (d) => `${d.call}: expected ${d.expected}${d.path && ` at ${d.path}`}, got ${d.got}.`,
    (d) => `${d.call}：${d.path && `${d.path} 处`}应为 ${d.expected}，实为 ${d.got}。`,
  ),
  'project.notFound': entry<AtPath>(
    'input',
    (d) => `There is no project at ${d.path}. Check the path, or make a project with "shiliu new".`,
    (d) => `${d.path} 处没有项目。请检查路径，或用 "shiliu new" 新建项目。`,
  ),
  'project.exists': entry<AtPath>(
    'input',
    (d) => `${d.path} already exists. Choose another name; nothing was overwritten.`,
    (d) => `${d.path} 已存在。请换一个名称；没有覆盖任何内容。`,
  ),
  'project.folderTaken': entry<{ folder: string }>(
    'input',
    (d) =>
      `${d.folder} is not empty and holds no earlier walk of this program. Name a new or an empty ` +
      `folder; nothing was removed.`,
    (d) =>
      `${d.folder} 不是空文件夹，其中也没有本程序上次演示的结果。请指定新的或空的文件夹；没有删除任何内容。`,
  ),
  'project.notSqlite': entry<AtPath>(
    'input',
    (d) =>
      `${d.path} is not a Shiliu project: expected a .shiliu file. The file was left as it is.`,
    (d) => `${d.path} 不是石榴项目：应为 .shiliu 文件。该文件未被改动。`,
  ),
  'project.foreign': entry<{ path: string; applicationId: number }>(
    'input',
    (d) =>
      `${d.path} is a database of another program (application id ${d.applicationId}), ` +
      `not a Shiliu project. The file was left as it is.`,
    (d) =>
      `${d.path} 是其他程序的数据库（应用标识 ${d.applicationId}），不是石榴项目。该文件未被改动。`,
  ),
  'project.newer': entry<{ path: string; version: number; known: number }>(
    'input',
    (d) =>
      `${d.path} was written by a newer Shiliu: it has version ${d.version}, this program knows ` +
      `versions up to ${d.known}. Update the program; the file was left as it is.`,
    (d) =>
      `${d.path} 由更新版本的石榴写入：其版本为 ${d.version}，本程序最高支持 ${d.known}。请更新程序；该文件未被改动。`,
  ),
  'project.inUse': entry<AtPath>(
    'environment',
    (d) =>
      `Another program has ${d.path} open. Close it there first, or open the project for reading only.`,
    (d) => `另一个程序正在使用 ${d.path}。请先在那里关闭，或以只读方式打开。`,
  ),
  'project.lock': entry<{ path: string; message: string }>(
    'environment',
    (d) =>
      `The project was not opened: ${d.path}, which keeps a second program out, cannot be used ` +
      `(${d.message}). Make sure that no other program has the project open, then delete that file.`,
    (d) =>
      `没有打开项目：用于防止两个程序同时写入的 ${d.path} 无法使用（${d.message}）。请确认没有其他程序打开该项目，然后删除该文件。`,
  ),
  'project.noAccess': entry<{ path: string; message: string }>(
    'environment',
    (d) =>
      `This user may not read or write ${d.path} (${d.message}), so nothing was done. Change the ` +
      `permissions of the file or of its folder, or use a place of your own.`,
    (d) =>
      `当前用户无权读写 ${d.path}（${d.message}），没有做任何操作。请更改该文件或其文件夹的权限，或改用自己的位置。`,
  ),
  'project.badName': entry<{ got: string }>(
    'input',
    (d) =>
      `No project was made: expected a name with at least one visible character, got "${d.got}". ` +
      `Choose a file name such as reviews.shiliu.`,
    (d) =>
      `没有新建项目：名称至少应有一个可见字符，实为“${d.got}”。请使用类似 reviews.shiliu 的文件名。`,
  ),
  'project.readOnly': entry<AtPath>(
    'input',
    (d) => `${d.path} is open for reading only, so nothing can be changed in it.`,
    (d) => `${d.path} 以只读方式打开，无法修改。`,
  ),
  'project.noneOpen': entry<Record<string, never>>(
    'input',
    () => `No project is open. Open or make one first.`,
    () => `没有打开的项目。请先打开或新建项目。`,
  ),
  'project.other': entry<AtPath>(
    'input',
    (d) =>
      `Another project, ${d.path}, was opened meanwhile, so nothing was done. Reload the page to go ` +
      `on there, or open the former project again.`,
    (d) =>
      `其间打开了另一个项目 ${d.path}，没有做任何操作。请重新载入页面以继续，或重新打开先前的项目。`,
  ),
  'project.diskFull': entry<AtPath>(
    'environment',
    (d) =>
      `The disk that holds ${d.path} is full. The last change was not made, all earlier ones are ` +
      `safe. Free some space and try again.`,
    (d) => `${d.path} 所在的磁盘已满。最后一次更改未写入，此前的更改均已保存。请腾出空间后重试。`,
  ),
  'project.disk': entry<{ path: string; message: string }>(
    'environment',
    (d) =>
      `The disk refused to read or write ${d.path} (${d.message}). The last change was not made; ` +
      `check the disk and try again.`,
    (d) => `磁盘无法读写 ${d.path}（${d.message}）。最后一次更改未写入；请检查磁盘后重试。`,
  ),
  'project.damaged': entry<{ path: string; message: string }>(
    'environment',
    (d) =>
      `The project file ${d.path} is damaged (${d.message}). Keep it as it is, and open the latest ` +
      `backup beside it (its name ends in -backup-v and a number), or a copy of your own.`,
    (d) =>
      `项目文件 ${d.path} 已损坏（${d.message}）。请保留原文件，打开同目录下最近的备份（文件名以 -backup-v 加数字结尾）或您自己的副本。`,
  ),
  'project.which': entry<{ folder: string; found: readonly string[] }>(
    'input',
    (d) =>
      `Say which project with --project: expected one .shiliu file in ${d.folder}, found ` +
      `${d.found.join(', ') || 'none'}.`,
    (d) =>
      `请用 --project 指定项目：${d.folder} 中应有一个 .shiliu 文件，实有 ${d.found.join('、') || '无'}。`,
  ),
  'text.unknown': entry<{ ids: readonly (string | number)[] }>(
    'input',
    (d) => `There is no text with id ${d.ids.join(', ')}. Nothing was changed.`,
    (d) => `没有编号为 ${d.ids.join('、')} 的文本。没有做任何更改。`,
  ),
  'text.badPair': entry<{ got: string }>(
    'input',
    (d) =>
      `Expected an id and a class as ID=CLASS, such as 17=-, got ${d.got}. Nothing was changed.`,
    (d) => `应为“编号=类别”，例如 17=-，实为 ${d.got}。没有做任何更改。`,
  ),
  'label.leftOver': entry<{ count: number }>(
    'environment',
    (d) =>
      `${d.count} decisions of an earlier visit are not in the project: the page was closed before ` +
      `they could be saved. Save them now, or take them back one by one.`,
    (d) =>
      `上一次打开时的 ${d.count} 个决定不在项目里：页面在存盘之前就关闭了。可以现在存盘，或逐个撤回。`,
  ),
  'text.ambiguous': entry<{ id: string; count: number }>(
    'input',
    (d) =>
      `${d.count} texts have the original id ${d.id}: expected one. Use the project's own ids instead.`,
    (d) => `有 ${d.count} 条文本的原始编号为 ${d.id}：应只有一条。请改用项目内的编号。`,
  ),
  'text.contradiction': entry<{ id: number }>(
    'input',
    (d) =>
      `Text ${d.id} stands in the list more than once, with different answers: expected one. Nothing ` +
      `was changed; keep the right one and try again.`,
    (d) =>
      `文本 ${d.id} 在列表中出现多次且回答不同：应只有一个回答。没有做任何更改；请保留正确的一个后重试。`,
  ),
  'text.noColumn': entry<{ column: string; known: readonly string[] }>(
    'input',
    (d) => `No import has a column ${d.column}. Known columns: ${d.known.join(', ') || 'none'}.`,
    (d) => `没有任何导入包含列 ${d.column}。已有的列：${d.known.join('、') || '无'}。`,
  ),
  'import.unknown': entry<{ id: number }>(
    'input',
    (d) => `There is no import ${d.id} in this project.`,
    (d) => `项目中没有编号为 ${d.id} 的导入。`,
  ),
  'heldout.drawn': entry<{ size: number }>(
    'input',
    (d) =>
      `The held-out sample of ${d.size} texts was already drawn. It is drawn once, so that figures ` +
      `of different rounds can be compared.`,
    (d) => `已抽取 ${d.size} 条留出样本。留出样本只抽取一次，以便各轮结果可以比较。`,
  ),
  'heldout.tooLate': entry<{ runs: number }>(
    'input',
    (d) =>
      `No held-out sample was drawn: it must be drawn before the first training starts, expected 0 ` +
      `runs, got ${d.runs} (a run that failed or was stopped counts, for it can be resumed with the ` +
      `texts it has taken). Start a new project to measure fairly.`,
    (d) =>
      `没有抽取留出样本：必须在第一次训练开始之前抽取，应有 0 次训练，实有 ${d.runs} 次` +
      `（失败或停止的训练也算，因为它可以用已取的文本继续）。请新建项目以便公平评估。`,
  ),
  'heldout.tooFew': entry<{ texts: number; size: number }>(
    'input',
    (d) =>
      `A held-out sample of ${d.size} needs more than ${d.size} texts, the project has ${d.texts}.`,
    (d) => `抽取 ${d.size} 条留出样本需要多于 ${d.size} 条文本，项目中有 ${d.texts} 条。`,
  ),
}
