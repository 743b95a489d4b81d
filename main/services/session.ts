import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { EventEmitter } from 'node:events'
import { fail } from '../../core/errors.ts'
import type { Event, Payload } from '../../core/contract.ts'
import type { JobId, WorkKind } from '../../core/project.ts'
import { Assist } from '../assist.ts'
import { BaseModels, includedBase } from '../base-models.ts'
import type { Host } from '../host.ts'
import { placeBelow } from '../places.ts'
import { RecentProjects } from '../recent.ts'
import type { ReadableDb, WritableDb } from '../store/database.ts'
import { stopUnfinishedImports } from '../store/imports.ts'
import { interruptRunningJobs } from '../store/jobs.ts'
import { openScratch, type OpenProject } from '../store/open.ts'
import { programs } from '../training/programs/index.ts'
import { Turns } from '../training/turns.ts'
import { WorkQueue, type Surroundings } from '../training/work.ts'
import { recentEntry } from './recent-entry.ts'

/** Jobs that belong to no project have ids from here on, so that an id says where a job lives. */
const firstScratchJob = 1_000_000_000

type Listeners = { [E in Event]: [Payload<E>] }

/** What the services of one application share: the open project, if any, and the running jobs. */
export class Session {
  readonly host: Host
  readonly recent: RecentProjects
  readonly bases: BaseModels
  /** Answers questions about texts, words and patterns. */
  readonly assist: Assist
  readonly events = new EventEmitter<Listeners>()
  readonly #turns = new Turns()
  readonly #calls = new Set<Promise<unknown>>()
  readonly #scratch: WritableDb
  readonly #scratchWork: WorkQueue
  #project: OpenProject | null = null
  #work: WorkQueue | null = null
  #opening = 0
  #lastChange: Promise<unknown> = Promise.resolve()

  constructor(host: Host) {
    this.host = host
    this.recent = new RecentProjects(host.settingsFolder)
    this.bases = new BaseModels(join(host.root, 'resources', 'model'), host.modelsFolder)
    this.assist = new Assist(host)
    this.events.setMaxListeners(0)
    this.#scratch = openScratch()
    this.#scratchWork = this.#queue({ db: this.#scratch, project: null, firstId: firstScratchJob })
  }

  /** Tells every listener. One that throws is its own fault: what it hears of has happened. */
  announce<E extends Event>(event: E, payload: Payload<E>): void {
    for (const listener of this.events.listeners(event)) {
      try {
        ;(listener as (payload: Payload<E>) => void)(payload)
      } catch (error) {
        process.emitWarning(error as Error)
      }
    }
  }

  /** The open project. Error: `project.noneOpen`. */
  get project(): OpenProject {
    return this.#project ?? fail('project.noneOpen', {})
  }

  /** The open project, or null. */
  get openProject(): OpenProject | null {
    return this.#project
  }

  /** How many projects were opened so far: tells one opening from every other. */
  get opening(): number {
    return this.#opening
  }

  /** Error: `project.other`. */
  requireSame(opening: number): void {
    if (this.#project && opening !== this.#opening) {
      fail('project.other', { path: this.#project.path })
    }
  }

  get db(): ReadableDb {
    return this.project.db
  }

  /** Errors: `project.noneOpen`, `project.readOnly`. */
  get writable(): WritableDb {
    const { writable, path } = this.project
    return writable ?? fail('project.readOnly', { path })
  }

  /** Puts a project into the session; one that was open is closed first. Part of a `change`. */
  async adopt(project: OpenProject): Promise<void> {
    await this.closeProject()
    this.#project = project
    this.#opening++
    await this.#remember(project)
    if (!project.writable) return
    stopUnfinishedImports(project.writable)
    interruptRunningJobs(project.writable)
    this.#work = this.#queue({ db: project.writable, project })
  }

  async #remember(project: OpenProject): Promise<void> {
    this.recent.remember(await recentEntry(project))
  }

  /** Opens, closes or changes the project, one such change after the other, and tells every listener. */
  change<T>(work: () => Promise<T>): Promise<T> {
    return this.#inTurn(async () => {
      const before = this.#project
      try {
        return await work()
      } finally {
        if (this.#project !== before) this.announce('project.switched', {})
      }
    })
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#lastChange.then(work)
    this.#lastChange = result.catch(() => undefined)
    return result
  }

  /** A call that is under way: the project stays open until it has ended. */
  async during<T>(call: () => Promise<T>): Promise<T> {
    const result = call()
    this.#calls.add(result)
    try {
      return await result
    } finally {
      this.#calls.delete(result)
    }
  }

  /** Stops the project's jobs, lets calls under way end, and closes it. Part of a `change`. */
  async closeProject(): Promise<void> {
    do {
      await this.#work?.close()
      await Promise.allSettled(this.#calls)
      if (this.#project) await this.#remember(this.#project)
    } while (this.#calls.size > 0 || this.#work?.isBusy)
    this.#project?.close()
    this.#project = null
    this.#work = null
  }

  close(): Promise<void> {
    return this.#inTurn(async () => {
      this.assist.close()
      await this.#scratchWork.close()
      await this.closeProject()
      this.#scratch.close()
    })
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

  /** Whether any job runs or waits for its turn. */
  get isBusy(): boolean {
    return this.#scratchWork.isBusy || (this.#work?.isBusy ?? false)
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

  /** The folder of a base model: by its name or its path, or the one that comes with the program. */
  baseFolder(named = includedBase): string {
    return this.bases.folderOf(named) ?? this.place(named)
  }

  /** A path that the user named, made absolute. Error: `files.outside`. */
  place(path: string): string {
    return placeBelow(this.host.fileRoots, path)
  }

  threads(chosen: number | undefined): number {
    return chosen ?? availableParallelism()
  }

  #queue(own: Omit<Surroundings, 'host' | 'turns'>): WorkQueue {
    const queue = new WorkQueue({ ...own, host: this.host, turns: this.#turns })
    queue.events.on('step', (payload) => this.announce('job.step', payload))
    queue.events.on('ended', (payload) => this.announce('job.ended', payload))
    return queue
  }
}
