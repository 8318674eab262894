const actions = require('../../actions')
const asking = require('../../asking')
const api = require('../../../utils/api')
const largeType = require('../../../utils/large_type')
const place = require('../../../utils/place')
const session = require('../../../utils/session')
const { shown } = require('../../../utils/order_view')

const WITHOUT = '也可以点「只记录到场」。'

Page({
  data: { order: null, large: false, problem: '', actions: [], action: null, busy: false, formProblem: '', done: '', alone: false, asked: {}, phone: '', joint: false },
  onLoad({ number }) { this.number = number },
  onShow() {
    this.setData({ large: largeType.on(), alone: getCurrentPages().length === 1 })
    this.load()
  },
  onHide() { this.setData({ phone: '' }) },
  async onPullDownRefresh() {
    await this.load()
    wx.stopPullDownRefresh()
  },
  path(verb) { return '/api/worker/work-orders/' + this.number + (verb ? '/' + verb : '') },
  async load() {
    try {
      this.showOrder(await api.get(this.path()))
    } catch (error) {
      // Whoever gave an order away no longer finds it, and was told so.
      if (!session.isWorker() && session.openWork(this.number)) return
      if (this.data.done && error.status === 404) this.setData({ order: null, actions: [] })
      else this.setData({ problem: error.message })
    }
  },
  showOrder(order) {
    this.setData({ order: shown(order), actions: actions.allowed(order.actions).map(actions.shown), problem: '' })
    if (order.merged_into) this.findJoint(order.merged_into)
  },
  /** The way to the other order is shown to whoever may read that one. */
  async findJoint(number) {
    const found = await api.get('/api/worker/work-orders/' + number).catch(() => null)
    this.setData({ joint: Boolean(found) })
  },
  toJoint() { wx.navigateTo({ url: '/worker/pages/order/order?number=' + this.data.order.merged_into }) },
  async start({ currentTarget }) {
    const action = this.find(currentTarget.dataset.verb)
    this.setData({ formProblem: '', done: '', problem: '' })
    if (action.now) return this.perform(action.verb, action.body())
    if (!action.asks || (await this.prepare(action.asks))) this.setData({ action: actions.shown(action) })
  },
  find(verb) { return actions.find(verb, this.data.order.status) },
  /** What a form lets one choose from is asked for before it opens. */
  async prepare(what) {
    this.setData({ busy: true })
    try {
      this.setData({ asked: await asking[what](this.path()), busy: false })
      return true
    } catch (error) {
      this.setData({ problem: error.message, busy: false })
      return false
    }
  },
  close() { this.setData({ action: null }) },
  send({ detail }) {
    const action = this.find(detail.verb)
    const missing = action.missing(detail.form)
    this.setData({ formProblem: missing })
    if (!missing) this.perform(action.verb, action.body(detail.form))
  },
  async arrive({ detail }) {
    if (this.data.busy) return
    this.setData({ busy: true, formProblem: '' })
    try {
      const body = detail.withPlace ? await place.here() : {}
      this.setData({ busy: false })
      await this.perform('arrive', body)
    } catch (error) {
      this.setData({ busy: false, formProblem: error.message + WITHOUT })
    }
  },
  async perform(verb, body) {
    if (this.data.busy) return
    this.setData({ busy: true, formProblem: '' })
    try {
      const action = this.find(verb)
      const { phone } = await api.post(this.path(action.path || verb), body)
      this.setData({ action: null, done: action.done || `已${action.name}。`, phone: phone || '' })
      await this.load()
      wx.pageScrollTo({ scrollTop: 0 })
    } catch (error) {
      await this.refused(error)
    }
    this.setData({ busy: false })
  },
  /** What went wrong is said once: in the form, which stays open, else on the page, which shows how the order stands now. */
  async refused(error) {
    const told = this.data.action ? { formProblem: error.first, problem: '' } : { problem: error.message }
    this.setData(told)
    if (error.status !== 409 && error.status !== 404) return
    await this.load()
    this.setData(told)
  },
  call() { wx.makePhoneCall({ phoneNumber: this.data.phone }) },
  toPool() { wx.redirectTo({ url: '/worker/pages/pool/pool' }) },
})
