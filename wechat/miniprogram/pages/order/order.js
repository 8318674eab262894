const actions = require('./actions')
const api = require('../../utils/api')
const largeType = require('../../utils/large_type')
const permission = require('../../utils/message_permission')
const session = require('../../utils/session')
const { shown } = require('../../utils/order_view')

Page({
  data: { order: null, large: false, problem: '', busy: false, ratingProblem: '', actions: [], action: null, formProblem: '', alone: false },
  onLoad({ number }) {
    this.number = number
    permission.load().catch(() => {})
  },
  onShow() {
    this.setData({ large: largeType.on(), alone: getCurrentPages().length === 1 })
    this.load()
  },
  async onPullDownRefresh() {
    await this.load()
    wx.stopPullDownRefresh()
  },
  path(verb) { return '/api/resident/work-orders/' + this.number + (verb ? '/' + verb : '') },
  async load() {
    try {
      this.showOrder(await api.get(this.path()))
    } catch (error) {
      if (error.status !== 404 || !session.openWork(this.number)) this.setData({ problem: error.message })
    }
  },
  showOrder(order) {
    const allowed = order.actions
    this.setData({
      order: shown(order), canRate: allowed.includes('rate'), actions: actions.allowed(allowed).map(actions.shown), problem: '',
    })
  },
  // WeChat's question about messages must come first in the tap.
  async rate({ detail }) {
    if (this.data.busy) return
    const answered = this.asked || permission.ask()
    this.asked = answered
    this.setData({ busy: true })
    await answered
    await this.say('rate', detail.body, 'ratingProblem', '谢谢您的评价')
  },
  start({ currentTarget }) {
    this.setData({ action: actions.opened(currentTarget.dataset.verb, this.data.order), formProblem: '' })
  },
  close() { this.setData({ action: null }) },
  send({ detail }) {
    if (this.data.busy) return
    const action = actions.find(detail.verb)
    const missing = action.missing(detail.form)
    this.setData({ formProblem: missing })
    if (!missing) this.say(action.verb, action.body(detail.form), 'formProblem', action.thanks)
  },
  /** Sends the reporter's word; what went wrong is shown under `field`. */
  async say(verb, body, field, thanks) {
    this.setData({ busy: true, [field]: '' })
    try {
      const order = await api.post(this.path(verb), body)
      this.setData({ action: null })
      wx.showToast({ title: thanks })
      if (this.isGone(verb, order)) this.toMine()
      else await this.load()
    } catch (error) {
      this.refused(field, error)
    }
    this.setData({ busy: false })
  },
  /** Whoever leaves an order does not see it any more; one that others joined goes on without its first reporter. */
  isGone(verb, order) { return verb === 'leave' || (verb === 'withdraw' && order.status !== 'withdrawn') },
  /** The form stays open with the sentence; when the order itself has changed, the page under it shows how it stands. */
  refused(field, error) {
    this.setData({ [field]: error.first })
    if (error.status === 409 || error.status === 404) this.load()
  },
  copyNumber() { wx.setClipboardData({ data: this.number }) },
  toJoint() { wx.navigateTo({ url: '/pages/order/order?number=' + this.data.order.merged_into }) },
  toMine() { wx.switchTab({ url: '/pages/mine/mine' }) },
})
