const api = require('../../utils/api')
const largeType = require('../../utils/large_type')
const permission = require('../../utils/message_permission')
const session = require('../../utils/session')
const { shown } = require('../../utils/order_view')

Page({
  data: { order: null, large: false, problem: '', busy: false, ratingProblem: '', withdrawing: false, reason: '', withdrawProblem: '', confideProblem: '', alone: false },
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
      if (error.status === 404 && session.isWorker()) wx.redirectTo({ url: '/worker/pages/order/order?number=' + this.number })
      else this.setData({ problem: error.message })
    }
  },
  showOrder(order) {
    const { actions } = order
    this.setData({ order: shown(order), canRate: actions.includes('rate'), canWithdraw: actions.includes('withdraw'), problem: '' })
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
  confide() { this.say('confide', {}, 'confideProblem', '已设为保密') },
  openWithdraw() { this.setData({ withdrawing: true, withdrawProblem: '' }) },
  closeWithdraw() { this.setData({ withdrawing: false }) },
  typeReason({ detail }) { this.setData({ reason: detail.value, withdrawProblem: '' }) },
  withdraw() {
    const reason = this.data.reason.trim()
    if (reason) return this.say('withdraw', { reason }, 'withdrawProblem', '已撤回')
    this.setData({ withdrawProblem: '请简单写下撤回的原因。' })
  },
  /** Sends the reporter's word; what went wrong is shown under `field`. */
  async say(verb, body, field, thanks) {
    this.setData({ busy: true, [field]: '' })
    try {
      await api.post(this.path(verb), body)
      await this.load()
      this.setData({ withdrawing: false, reason: '' })
      wx.showToast({ title: thanks })
    } catch (error) {
      this.setData({ [field]: error.first })
    }
    this.setData({ busy: false })
  },
  copyNumber() { wx.setClipboardData({ data: this.number }) },
  toMine() { wx.switchTab({ url: '/pages/mine/mine' }) },
})
