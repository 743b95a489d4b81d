import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { EventEmitter } from 'node:events'
import { fail } from '../../core/errors.ts'
import type { Event, Payload } from '../../core/contract.ts'
import type { JobId, WorkKind } from '../../core/project.ts'
import type { Host } from '../host.ts'
import { placeBelow } from '../places.ts'
import { RecentProjects } from '../recent.ts'
import type { ReadableDb, WritableDb } from '../store/database.ts'
import { stopUnfinishedImports } from '../store/imports.ts'
import { interruptRunningJobs } from '../store/jobs.ts'
import { openScratch, type OpenProject } from '../store/open.ts'
import { programs } from '../training/programs/index.ts'
import { WorkQueue } from '../training/work.ts'
import { recentEntry } from './recent-entry.ts'

/** Jobs that belong to no project have ids from here on, so that an id says where a job lives. */
const firstScratchJob = 1_000_000_000

type Listeners = { [E in Event]: [Payload<E>] }

/** What the services of one application share: the open project, if any, and the running jobs. */
export class Session {
  readonly host: Host
  readonly recent: RecentProjects
  readonly events = new EventEmitter<Listeners>()
  readonly #scratch: WritableDb
  readonly #scratchWork: WorkQueue
  #project: OpenProject | null = null
  #work: WorkQueue | null = null

  constructor(host: Host) {
    this.host = host
    this.recent = new RecentProjects(host.settingsFolder)
    this.events.setMaxListeners(0)
    this.#scratch = openScratch()
    this.#scratchWork = this.#queue(this.#scratch, null, firstScratchJob)
  }

  /** The open project. Error: `project.noneOpen`. */
  get project(): OpenProject {
    return this.#project ?? fail('project.noneOpen', {})
  }

  /** The open project, or null. */
  get openProject(): OpenProject | null {
    return this.#project
  }

  get db(): ReadableDb {
    return this.project.db
  }

  /** Errors: `project.noneOpen`, `project.readOnly`. */
  get writable(): WritableDb {
    const { writable, path } = this.project
    return writable ?? fail('project.readOnly', { path })
  }

  /** Puts a project into the session; one that was open is closed first. */
  async adopt(project: OpenProject): Promise<void> {
    await this.closeProject()
    this.#project = project
    this.recent.remember(recentEntry(project))
    if (!project.writable) return
    stopUnfinishedImports(project.writable)
    interruptRunningJobs(project.writable)
    this.#work = this.#queue(project.writable, project)
  }

  async closeProject(): Promise<void> {
    await this.#work?.close()
    if (this.#project) this.recent.remember(recentEntry(this.#project))
    this.#project?.close()
    this.#project = null
    this.#work = null
  }

  async close(): Promise<void> {
    await this.#scratchWork.close()
    await this.closeProject()
    this.#scratch.close()
  }

  /** The jobs of the open project. */
  get work(): WorkQueue {
    void this.writable
    return this.#work!
  }

  /** The jobs that need no project. */
  get scratchWork(): WorkQueue {
    return this.#scratchWork
  }

  /** Where a job is recorded and run. A project that is open for reading has records only. */
  home(job: JobId): { db: ReadableDb; work: WorkQueue | null } {
    return job >= firstScratchJob
      ? { db: this.#scratch, work: this.#scratchWork }
      : { db: this.db, work: this.#work }
  }

  /** Creates a job and starts it; returns its id. */
  begin(queue: WorkQueue, kind: WorkKind, input: unknown): JobId {
    const job = queue.create(kind, input)
    this.resume(queue, job, kind)
    return job
  }

  resume(queue: WorkQueue, job: JobId, kind: WorkKind): void {
    const { program, computes } = programs[kind]
    queue.start(job, program, computes)
  }

  /** The base model to use when none is named. */
  get defaultBase(): string {
    return join(this.host.root, 'resources', 'model')
  }

  /** A path that the user named, made absolute. Error: `files.outside`. */
  place(path: string): string {
    return placeBelow(this.host.fileRoots, path)
  }

  threads(chosen: number | undefined): number {
    return chosen ?? availableParallelism()
  }

  #queue(db: WritableDb, project: OpenProject | null, firstId?: number): WorkQueue {
    const queue = new WorkQueue(db, this.host, project, firstId)
    queue.events.on('step', (payload) => this.events.emit('job.step', payload))
    queue.events.on('ended', (payload) => this.events.emit('job.ended', payload))
    return queue
  }
}
