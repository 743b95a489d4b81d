import * as v from 'valibot'
import { SeedSchema } from '../project.ts'
import type { FolderListing, ProjectInfo, RecentProject, ShellInfo } from '../records.ts'
import { gives, none, Path } from './schemas.ts'

/** Shell, files and the project itself. */
export const projectCalls = {
  /** What the program runs in, and where. */
  'shell.info': { input: none, output: gives<ShellInfo>(), writes: false },
  /** Asks with the system's own dialog; null when nothing was chosen. Shells without one list files. */
  'shell.pickFile': {
    input: v.object({ title: v.string(), extensions: v.optional(v.array(v.string()), []) }),
    output: gives<string | null>(),
    writes: false,
  },
  'shell.pickFolder': {
    input: v.object({ title: v.string() }),
    output: gives<string | null>(),
    writes: false,
  },
  /** Shows a file or folder with the system's own program. */
  'shell.openPath': { input: v.object({ path: Path }), output: gives<null>(), writes: false },
  /** The folders and files of a folder, below the root that the shell allows. */
  'files.list': {
    input: v.object({
      folder: v.optional(Path),
      /** Only files that end so, without the dot; none given, all files. */
      extensions: v.optional(v.array(v.string()), []),
    }),
    output: gives<FolderListing>(),
    writes: false,
  },
  /** Projects that were open before, the latest first. */
  'recent.list': { input: none, output: gives<readonly RecentProject[]>(), writes: false },
  /** Takes a project off the list. The file stays. */
  'recent.forget': {
    input: v.object({ path: Path }),
    output: gives<readonly RecentProject[]>(),
    writes: false,
  },
  /** A new project with the sample's texts and task, named after the sample, in `folder`. */
  'project.createSample': {
    input: v.object({ folder: Path }),
    output: gives<ProjectInfo>(),
    writes: false,
  },

  'project.create': {
    input: v.object({ path: Path, name: v.optional(v.string()), seed: v.optional(SeedSchema, 1) }),
    output: gives<ProjectInfo>(),
    writes: false,
  },
  'project.open': {
    input: v.object({ path: Path, mode: v.optional(v.picklist(['write', 'read']), 'write') }),
    output: gives<ProjectInfo>(),
    writes: false,
  },
  'project.info': { input: none, output: gives<ProjectInfo>(), writes: false },
  'project.close': { input: none, output: gives<null>(), writes: false },
} as const
