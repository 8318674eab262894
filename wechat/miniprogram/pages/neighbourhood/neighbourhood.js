const api = require('../../utils/api')
const largeType = require('../../utils/large_type')
const list = require('../../utils/paged_list')
const session = require('../../utils/session')

/** What neighbours reported where one lives, as far as anybody may know of it, and standing behind one of these. */
Page({
  ...list.methods,
  data: { ...list.EMPTY, large: false, home: null, chosen: null, joining: false, joinProblem: '' },
  onShow() {
    const { home } = session.account() || {}
    this.setData({ large: largeType.on(), home: home || null })
    this.reload()
  },
  listPath: () => '/api/resident/neighbourhood',
  open({ currentTarget }) {
    const chosen = this.data.items.find(({ number }) => number === currentTarget.dataset.number)
    this.setData({ chosen, joinProblem: '' })
  },
  close() { this.setData({ chosen: null }) },
  async join() {
    if (this.data.joining) return
    const { number } = this.data.chosen
    this.setData({ joining: true, joinProblem: '' })
    try {
      await api.post(`/api/resident/work-orders/${number}/join`)
      this.close()
      wx.navigateTo({ url: '/pages/order/order?number=' + number })
    } catch (error) {
      this.refused(error)
    }
    this.setData({ joining: false })
  },
  /** The sheet stays open with the sentence, and the list under it shows how things stand now. */
  refused(error) {
    this.setData({ joinProblem: error.first })
    if (error.status === 409 || error.status === 404) this.reload()
  },
  report() { wx.switchTab({ url: '/pages/report/report' }) },
})
