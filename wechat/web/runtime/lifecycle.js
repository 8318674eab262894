import { report } from './errors.js'

/** Call a lifecycle function where there is one; an error in it must not stop the host. */
export function callLifecycle(instance, name, ...args) {
  if (typeof instance[name] !== 'function') return undefined
  try {
    return instance[name](...args)
  } catch (error) {
    report(error)
    return undefined
  }
}
