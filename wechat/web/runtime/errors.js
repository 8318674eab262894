/** Everything that went wrong in this tab, for tests to read as `window.__errors`. */
export const errors = (window.__errors = [])

/** Keep an error and show it in the console, as WeChat's own does. */
export function report(error) {
  console.error(error)
  errors.push(textOf(error))
}

/** Keep what nobody caught; the console shows that by itself. */
export function watchErrors() {
  addEventListener('error', (event) => errors.push(event.message))
  addEventListener('unhandledrejection', (event) => errors.push(textOf(event.reason)))
}

function textOf(error) {
  return String((error && (error.message || error.errMsg)) || error)
}
