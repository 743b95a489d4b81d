import { isCall, type Answer } from '../../core/contract.ts'
import { answerCall } from '../answer-call.ts'
import type { App } from '../app.ts'
import { isOwnPage } from './page.ts'

/** Who sent a message: the frame, and the main frame of the window that it belongs to. */
export interface Sender {
  readonly senderFrame: { readonly url: string } | null
  readonly sender: { readonly mainFrame: unknown }
}

/**
 * Answers a call of a page. Only the main frame is heard, and only while it shows the interface: a
 * frame inside it, or a page that got into the window, is neither.
 */
export async function askApplication(
  app: App,
  { sender, senderFrame }: Sender,
  name: unknown,
  input: unknown,
  opening: unknown,
): Promise<Answer> {
  const isOwn =
    senderFrame !== null && senderFrame === sender.mainFrame && isOwnPage(senderFrame.url)
  if (!isOwn || !isCall(name)) throw new Error('refused')
  return answerCall(app, name, input, opening)
}
