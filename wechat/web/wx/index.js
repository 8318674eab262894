import { isBuiltIn } from '../builtins/shelf.js'
import { accountCalls } from './account.js'
import { feedbackCalls } from './feedback.js'
import { mediaCalls } from './media.js'
import { navigationCalls } from './navigation.js'
import { placeCalls } from './place.js'
import { requestCalls } from './request.js'
import { storageCalls } from './storage.js'
import { systemCalls } from './system.js'

/** `wx` as the mini-program knows it: what a service app uses, no more. */
export function createWx(host) {
  const files = new Map()
  const wx = Object.assign(
    {},
    requestCalls(files),
    storageCalls(window.__host.openid),
    feedbackCalls(),
    navigationCalls(host),
    mediaCalls(host, files),
    placeCalls(host),
    accountCalls(host),
    systemCalls(host),
  )
  // "button.open-type.share" asks about a component, "getLocation" about a call.
  wx.canIUse = (schema) => {
    const [name] = schema.split('.')
    return name in wx || isBuiltIn(name)
  }
  return wx
}
