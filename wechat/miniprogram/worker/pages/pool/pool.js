const api = require('../../../utils/api')
const largeType = require('../../../utils/large_type')

const EVERY_MS = 15000
const POOL = '/api/worker/pool'

Page({
  data: { large: false, duty: null, items: [], cursor: null, loaded: false, problem: '', claimed: null, refused: '', claiming: '' },
  onShow() {
    this.setData({ large: largeType.on() })
    this.etag = ''
    this.loadDuty()
  },
  onHide() { this.stop() },
  onUnload() { this.stop() },
  async onPullDownRefresh() {
    this.etag = ''
    await this.loadDuty()
    wx.stopPullDownRefresh()
  },
  async loadDuty() {
    try {
      this.follow(await api.get('/api/worker/duty'))
      if (this.data.duty.on_duty) await this.refresh()
    } catch (error) {
      this.setData({ problem: error.message })
    }
  },
  async setDuty({ detail }) {
    this.setData({ problem: '', refused: '' })
    try {
      this.follow(await api.put('/api/worker/duty', { on_duty: detail.value }))
      this.etag = ''
      if (this.data.duty.on_duty) await this.refresh()
    } catch (error) {
      this.setData({ problem: error.message, duty: { ...this.data.duty } })
    }
  },
  /** The pool is asked again and again only while the page is open and the worker on duty. */
  follow(duty) {
    this.stop()
    this.setData({ duty, problem: '' })
    if (duty.on_duty) this.timer = setInterval(() => this.refresh(), EVERY_MS)
    else this.setData({ items: [], cursor: null, loaded: false })
  },
  stop() { clearInterval(this.timer) },
  async refresh() {
    try {
      const answer = await api.poll(POOL, this.etag)
      this.etag = answer.etag
      if (answer.changed) this.setData({ items: answer.data.items, cursor: answer.data.next_cursor || null })
      this.setData({ loaded: true, problem: '' })
    } catch (error) {
      this.setData({ problem: error.message })
    }
  },
  async onReachBottom() {
    const { cursor, items } = this.data
    if (!cursor) return
    this.setData({ cursor: null })
    const answer = await api.get(POOL, { cursor }).catch(() => ({ items: [], next_cursor: cursor }))
    this.setData({ items: items.concat(answer.items), cursor: answer.next_cursor })
  },
  async claim({ currentTarget }) {
    const { number } = currentTarget.dataset
    if (this.data.claiming) return
    this.setData({ claiming: number, claimed: null, refused: '' })
    try {
      const order = await api.post(`/api/worker/work-orders/${number}/claim`)
      this.setData({ claimed: order })
    } catch (error) {
      this.setData({ refused: error.message })
    }
    this.etag = ''
    await this.refresh()
    this.setData({ claiming: '' })
    wx.pageScrollTo({ scrollTop: 0 })
  },
  openClaimed() { this.openNumber(this.data.claimed.number) },
  open({ currentTarget }) { this.openNumber(currentTarget.dataset.number) },
  openNumber(number) { wx.navigateTo({ url: '/worker/pages/order/order?number=' + number }) },
})
