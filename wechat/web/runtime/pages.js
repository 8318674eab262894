import { callLifecycle } from './lifecycle.js'

const BOTTOM = 50

/** One page on the stack: its instance, its part of the DOM and its lifecycle. */
export class PageView {
  constructor(engine, stage, { route, query, settings }) {
    Object.assign(this, { route, query, settings, shown: false, title: settings.navigationBarTitleText || '', colors: {} })
    this.node = document.createElement('wx-page')
    this.node.dataset.page = route
    this.node.hidden = true
    stage.append(this.node)
    this.root = engine.mount(route, this.node, (instance) => {
      this.instance = Object.assign(instance, { route, options: query })
    })
    this.watchScroll()
  }

  load() {
    if (this.loaded) return
    this.loaded = true
    this.call('onLoad', this.query)
  }

  call(name, ...args) {
    return callLifecycle(this.instance, name, ...args)
  }

  show() {
    if (this.shown) return
    this.shown = true
    this.node.hidden = false
    this.call('onShow')
    this.root.getComponent().triggerPageLifetime('show', [])
    if (!this.ready) this.becomeReady()
  }

  becomeReady() {
    this.ready = true
    requestAnimationFrame(() => this.call('onReady'))
  }

  hide() {
    if (!this.shown) return
    this.shown = false
    this.node.hidden = true
    this.call('onHide')
    this.root.getComponent().triggerPageLifetime('hide', [])
  }

  drop() {
    this.shown = false
    this.call('onUnload')
    this.root.release()
    this.node.remove()
  }

  watchScroll() {
    const distance = this.settings.onReachBottomDistance || BOTTOM
    let near = false
    this.node.addEventListener('scroll', () => {
      const { scrollTop, clientHeight, scrollHeight } = this.node
      this.call('onPageScroll', { scrollTop })
      // Once per arrival, not once per scroll event.
      const wasNear = near
      near = scrollTop + clientHeight > scrollHeight - distance
      if (near && !wasNear) this.call('onReachBottom')
    })
  }
}
