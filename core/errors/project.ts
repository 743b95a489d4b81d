import { entry, many } from './entry.ts'

type AtPath = { path: string }

export const projectErrors = {
  'call.badInput': entry<{ call: string; path: string; expected: string; got: string }>(
    'input',
    (d) =>
      `${d.call} was not done: expected ${d.expected}${d.path && ` at ${d.path}`}, got ${d.got}.`,
    (d) => `没有执行 ${d.call}：${d.path && `${d.path} 处`}应为 ${d.expected}，实为 ${d.got}。`,
  ),
  'project.notFound': entry<AtPath>(
    'input',
    (d) => `There is no project at ${d.path}. Check the path, or make a new project.`,
    (d) => `${d.path} 处没有项目。检查路径，或新建一个项目。`,
  ),
  'project.exists': entry<AtPath>(
    'input',
    (d) => `${d.path} already exists. Choose another name; nothing was overwritten.`,
    (d) => `没有新建：${d.path} 已存在，内容没有改动。换一个名字。`,
  ),
  'project.folderTaken': entry<{ folder: string }>(
    'input',
    (d) =>
      `${d.folder} is not empty and holds no earlier walk of this program. Name a new or an empty ` +
      `folder; nothing was removed.`,
    (d) =>
      `没有开始：${d.folder} 不是空的，里面也没有上次演示的结果。指定一个新的或空的文件夹；没有删除任何内容。`,
  ),
  'project.notSqlite': entry<AtPath>(
    'input',
    (d) =>
      `${d.path} is not a Shiliu project: expected a .shiliu file. The file was left as it is. Choose ` +
      `another file.`,
    (d) => `${d.path} 不是石榴项目：应为 .shiliu 文件。这个文件没有改动。另选一个文件。`,
  ),
  'project.foreign': entry<{ path: string; applicationId: number }>(
    'input',
    (d) =>
      `${d.path} is a database of another program (application id ${d.applicationId}), ` +
      `not a Shiliu project. The file was left as it is. Choose another file.`,
    (d) =>
      `${d.path} 是别的程序的数据库（应用标识 ${d.applicationId}），不是石榴项目。这个文件没有改动。另选一个文件。`,
  ),
  'project.newer': entry<{ path: string; version: number; known: number }>(
    'input',
    (d) =>
      `${d.path} was written by a newer Shiliu: it has version ${d.version}, this program knows ` +
      `versions up to ${d.known}. Update the program; the file was left as it is.`,
    (d) =>
      `没有打开 ${d.path}：它由更新的石榴写成，版本为 ${d.version}，本程序最多认识 ${d.known}。更新程序；这个文件没有改动。`,
  ),
  'project.inUse': entry<AtPath>(
    'environment',
    (d) =>
      `Another program has ${d.path} open. Close it there first, or open the project for reading only.`,
    (d) => `另一个程序正在使用 ${d.path}。先在那里关掉，或只读打开。`,
  ),
  'project.lock': entry<{ path: string; message: string }>(
    'environment',
    (d) =>
      `The project was not opened: ${d.path}, which keeps a second program out, cannot be used ` +
      `(${d.message}). Make sure that no other program has the project open, then delete that file.`,
    (d) =>
      `没有打开项目：锁文件 ${d.path} 用不了（${d.message}），它防止两个程序同时写入。确认没有别的程序开着这个项目，然后删掉它。`,
  ),
  'project.noAccess': entry<{ path: string; message: string }>(
    'environment',
    (d) =>
      `This user may not read or write ${d.path} (${d.message}), so nothing was done. Change the ` +
      `permissions of the file or of its folder, or use a place of your own.`,
    (d) =>
      `什么也没有做：当前用户不能读写 ${d.path}（${d.message}）。修改文件或文件夹的权限，或换到自己的位置。`,
  ),
  'project.badName': entry<{ got: string }>(
    'input',
    (d) =>
      `No project was made: expected a name with at least one visible character, got "${d.got}". ` +
      `Choose a file name such as reviews.shiliu.`,
    (d) =>
      `没有新建项目：名字里至少要有一个看得见的字符，实为“${d.got}”。可以用 reviews.shiliu 这样的文件名。`,
  ),
  'project.readOnly': entry<AtPath>(
    'input',
    (d) =>
      `Nothing was changed: ${d.path} is open for reading only. Close it in the other program, then ` +
      `open it again.`,
    (d) => `没有做任何更改：${d.path} 是只读打开的。在另一个程序里关掉它，再重新打开。`,
  ),
  'project.noneOpen': entry<Record<string, never>>(
    'input',
    () => `No project is open. Open or make one first.`,
    () => `没有打开的项目。先打开或新建一个。`,
  ),
  'project.other': entry<AtPath>(
    'input',
    (d) =>
      `Another project, ${d.path}, was opened meanwhile, so nothing was done. Reload the page to go ` +
      `on there, or open the former project again.`,
    (d) =>
      `什么也没有做：这期间打开了另一个项目 ${d.path}。重新载入页面就到那个项目，或重新打开原来的项目。`,
  ),
  'project.diskFull': entry<AtPath>(
    'environment',
    (d) =>
      `The disk that holds ${d.path} is full. The last change was not made, all earlier ones are ` +
      `safe. Free some space and try again.`,
    (d) => `${d.path} 所在的磁盘已满。最后一次更改没有写入，以前的都在。腾出空间再试。`,
  ),
  'project.disk': entry<{ path: string; message: string }>(
    'environment',
    (d) =>
      `The disk refused to read or write ${d.path} (${d.message}). The last change was not made; ` +
      `check the disk and try again.`,
    (d) => `磁盘读写 ${d.path} 时出错（${d.message}）。最后一次更改没有写入。检查磁盘再试。`,
  ),
  'project.damaged': entry<{ path: string; message: string }>(
    'environment',
    (d) =>
      `The project file ${d.path} is damaged (${d.message}). Keep it as it is, and open the latest ` +
      `backup beside it (its name ends in -backup-v and a number), or a copy of your own.`,
    (d) =>
      `项目文件 ${d.path} 已损坏（${d.message}）。原文件留着不动，打开旁边最近的备份（名字以 -backup-v 加数字结尾），或自己的副本。`,
  ),
  'project.which': entry<{ folder: string; found: readonly string[] }>(
    'input',
    (d) =>
      `No project was chosen: expected one .shiliu file in ${d.folder}, found ` +
      `${d.found.join(', ') || 'none'}. Name the project.`,
    (d) =>
      `没有选定项目：${d.folder} 里应有一个 .shiliu 文件，实有 ${d.found.join('、') || '0 个'}。指明是哪个项目。`,
  ),
  'text.unknown': entry<{ ids: readonly (string | number)[] }>(
    'input',
    (d) =>
      `Nothing was changed: there is no text with id ${d.ids.join(', ')}. Use the ids that the ` +
      `project gives its texts.`,
    (d) => `没有做任何更改：没有编号为 ${d.ids.join('、')} 的文本。用项目里的文本编号。`,
  ),
  'text.badPair': entry<{ got: string }>(
    'input',
    (d) =>
      `Nothing was changed: expected an id and a class as ID=CLASS, such as 17=-, got ${d.got}.`,
    (d) => `没有做任何更改：应为“编号=类别”，例如 17=-，实为 ${d.got}。`,
  ),
  'label.leftOver': entry<{ count: number }>(
    'environment',
    (d) =>
      `${many(d.count, 'decision')} of an earlier visit ${d.count === 1 ? 'is' : 'are'} not in the ` +
      `project: the page was closed before they could be saved. Save them now, or take them back ` +
      `one by one.`,
    (d) =>
      `上一次打开时的 ${d.count} 个决定不在项目里：页面在存盘之前就关闭了。可以现在存盘，或逐个撤回。`,
  ),
  'text.ambiguous': entry<{ id: string; count: number }>(
    'input',
    (d) =>
      `Nothing was changed: ${d.count} texts have the original id ${d.id}, expected one. Use the ` +
      `project's own ids instead.`,
    (d) => `没有做任何更改：有 ${d.count} 条文本的原编号是 ${d.id}，应只有一条。改用项目里的编号。`,
  ),
  'text.contradiction': entry<{ id: number }>(
    'input',
    (d) =>
      `Nothing was changed: text ${d.id} stands in the list more than once, with different answers. ` +
      `Keep the right one and try again.`,
    (d) => `没有做任何更改：文本 ${d.id} 在列表里出现多次，回答各不相同。只留对的那个，然后再试。`,
  ),
  'text.noColumn': entry<{ column: string; known: readonly string[] }>(
    'input',
    (d) => `No import has a column ${d.column}. Known columns: ${d.known.join(', ') || 'none'}.`,
    (d) => `导入的文件里都没有列 ${d.column}。已有的列：${d.known.join('、') || '无'}。`,
  ),
  'import.unknown': entry<{ id: number }>(
    'input',
    (d) => `There is no import ${d.id} in this project. Look at the list of its imports.`,
    (d) => `项目里没有导入 ${d.id}。看看导入列表里有哪些。`,
  ),
  'heldout.drawn': entry<{ size: number }>(
    'input',
    (d) =>
      `Nothing was drawn: the project has a held-out set of ${many(d.size, 'text')}. It is drawn ` +
      `once, so that figures of different rounds can be compared. Go on with that one.`,
    (d) =>
      `没有抽取：项目已有 ${d.size} 条的留出集。留出集只抽一次，各轮的数字才能比较。继续用这一份。`,
  ),
  'heldout.tooLate': entry<{ runs: number }>(
    'input',
    (d) =>
      `No held-out set was drawn: it must be drawn before the first training starts, expected 0 ` +
      `runs, got ${d.runs} (a run that failed or was stopped counts, for it can be resumed with the ` +
      `texts it has taken). Start a new project to measure fairly.`,
    (d) =>
      `没有抽取留出集：必须在第一次训练之前抽，应有 0 次运行，实有 ${d.runs} 次` +
      `（失败或停止的也算，因为它能带着已取的文本续训）。新建一个项目才能公平地测量。`,
  ),
  'heldout.tooFew': entry<{ texts: number; size: number }>(
    'input',
    (d) =>
      `No held-out set was drawn: ${many(d.size, 'text')} can be held out only of more than ${d.size}, ` +
      `and the project has ${d.texts}. Draw fewer, or import more texts.`,
    (d) =>
      `没有抽取留出集：要留出 ${d.size} 条，项目里的文本须多于 ${d.size} 条，现有 ${d.texts} 条。少抽一些，或再导入文本。`,
  ),
}
