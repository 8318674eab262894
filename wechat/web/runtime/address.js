/**
 * The browser's address and history, kept in step with the pages.
 *
 * Every entry carries its position, so that the browser's own buttons can be told from ours. Going back is
 * asynchronous, therefore all changes wait in line.
 */
export class Address {
  constructor() {
    this.position = (history.state && history.state.position) || 0
    this.line = Promise.resolve()
    this.arrived = null
    addEventListener('popstate', (event) => this.popped(event.state))
  }

  /** What stands after the `#`, as a URL of the mini-program, or an empty string. */
  get url() {
    return location.hash.startsWith('#/') ? location.hash.slice(1) : ''
  }

  push(url) {
    this.later(() => {
      this.position++
      history.pushState({ position: this.position }, '', `#${url}`)
    })
  }

  replace(url) {
    this.later(() => history.replaceState({ position: this.position }, '', `#${url}`))
  }

  back(steps) {
    if (!steps) return
    this.later(() => new Promise((resolve) => {
      this.arrived = resolve
      history.go(-steps)
    }))
  }

  later(change) {
    this.line = this.line.then(change)
  }

  popped(state) {
    const before = this.position
    this.position = state ? state.position : before
    if (this.arrived) {
      this.arrived()
      this.arrived = null
    } else {
      this.onTravel(state ? this.position - before : null)
    }
  }
}
