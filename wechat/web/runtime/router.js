import { PageView } from './pages.js'
import { formatUrl, parseUrl } from './urls.js'

const DEEPEST = 10

/** The stack of pages, moved by wx.navigateTo and its kin, by the tab bar and by the browser's own buttons. */
export class Router {
  constructor({ miniprogram, engine, frame, address }) {
    Object.assign(this, { miniprogram, engine, frame, address, stack: [], tabPages: new Map() })
    address.onTravel = (steps) => this.travel(steps)
  }

  get current() {
    return this.stack[this.stack.length - 1]
  }

  get tabs() {
    return (this.miniprogram.app.tabBar || { list: [] }).list
  }

  instances() {
    return this.stack.map((page) => page.instance)
  }

  isTab(route) {
    return this.tabs.some((tab) => tab.pagePath === route)
  }

  startingPoint() {
    const { route, query } = parseUrl(this.address.url || `/${this.miniprogram.pages[0]}`)
    return { path: route, query, scene: 1001 }
  }

  start({ path, query }) {
    const known = this.isPage(path) ? { route: path, query } : { route: this.miniprogram.pages[0], query: {} }
    this.address.replace(formatUrl(known))
    this.enter(known)
  }

  navigateTo(url) {
    const target = this.target(url)
    if (this.isTab(target.route)) throw new Error('can not navigateTo a tabbar page')
    if (this.stack.length >= DEEPEST) throw new Error('webview count limit exceed')
    this.current.hide()
    this.address.push(formatUrl(target))
    this.enter(target)
  }

  redirectTo(url) {
    const target = this.target(url)
    if (this.isTab(target.route)) throw new Error('can not redirectTo a tabbar page')
    this.drop(this.stack.pop())
    this.address.replace(formatUrl(target))
    this.enter(target)
  }

  switchTab(url) {
    const target = this.target(url)
    if (!this.isTab(target.route)) throw new Error('can not switch to no-tabBar page')
    this.address.back(this.stack.length - 1)
    for (const page of this.stack.splice(0)) this.isTab(page.route) ? page.hide() : this.drop(page)
    this.address.replace(formatUrl(target))
    this.enter(target)
  }

  reLaunch(url) {
    const target = this.target(url)
    this.address.back(this.stack.length - 1)
    this.dropAll()
    this.address.replace(formatUrl(target))
    this.enter(target)
  }

  navigateBack(delta = 1) {
    const steps = Math.min(delta, this.stack.length - 1)
    if (steps < 1) throw new Error('cannot navigate back at first page')
    this.address.back(steps)
    this.leave(steps)
  }

  /** To the first tab, or the first page where there are no tabs. */
  goHome() {
    const [tab] = this.tabs
    return tab ? this.switchTab(`/${tab.pagePath}`) : this.reLaunch(`/${this.miniprogram.pages[0]}`)
  }

  /** The browser went by itself: back, forward, or to an address that somebody typed (`steps` is then null). */
  travel(steps) {
    document.querySelectorAll('dialog[open]').forEach((dialog) => dialog.close())
    if (steps < 0 && -steps < this.stack.length) return this.leave(-steps)
    const target = parseUrl(this.address.url)
    if (!this.isPage(target.route)) return undefined
    if (steps > 0 && !this.isTab(target.route)) this.current.hide()
    else this.dropAll()
    this.address.replace(formatUrl(target))
    return this.enter(target)
  }

  visibility(visible) {
    if (this.current) this.current.call(visible ? 'onShow' : 'onHide')
  }

  isPage(route) {
    return Boolean(this.miniprogram.config[route] && this.miniprogram.config[route].page)
  }

  target(url) {
    const target = parseUrl(url || '', this.current && this.current.route)
    if (!this.isPage(target.route)) throw new Error(`page "${target.route}" is not found`)
    return target
  }

  enter({ route, query }) {
    const page = this.tabPages.get(route) || this.create(route, query)
    if (this.isTab(route)) this.tabPages.set(route, page)
    this.stack.push(page)
    page.load()
    // A page may send the person on from its own onLoad.
    if (page === this.current) this.reveal(page)
  }

  create(route, query) {
    const settings = { ...this.miniprogram.app.window, ...this.miniprogram.config[route].json }
    return new PageView(this.engine, this.frame.stage, { route, query, settings })
  }

  leave(steps) {
    this.stack.splice(-steps).reverse().forEach((page) => this.drop(page))
    this.reveal(this.current)
  }

  reveal(page) {
    this.frame.dress(page, this.stack.length)
    page.show()
  }

  drop(page) {
    if (this.tabPages.get(page.route) === page) this.tabPages.delete(page.route)
    page.drop()
  }

  dropAll() {
    const pages = new Set([...this.stack.splice(0).reverse(), ...this.tabPages.values()])
    pages.forEach((page) => this.drop(page))
  }
}
