const largeType = require('../../utils/large_type')
const list = require('../../utils/paged_list')
const session = require('../../utils/session')

const FILTERS = [{ value: 'open', name: '办理中' }, { value: 'ended', name: '已结束' }, { value: 'all', name: '全部' }]
const NOTHING = { open: '没有正在办理的诉求。', ended: '还没有办完的诉求。', all: '您还没有反映过诉求。' }
const REFUSED = '您没有同意使用手机号，随时可以再绑定。'
const NO_NUMBER = '没有取到手机号，请确认微信已绑定手机号后再试。'

Page({
  ...list.methods,
  data: { ...list.EMPTY, large: false, filters: FILTERS, status: 'open', nothing: NOTHING, account: null, working: false, partner: false, accountProblem: '' },
  onShow() {
    this.setData({ large: largeType.on() })
    this.showAccount()
    this.reload()
    session.refresh().then(() => this.showAccount()).catch(() => {})
  },
  listPath: () => '/api/resident/work-orders',
  listQuery() { return { status: this.data.status } },
  showAccount() { this.setData({ account: session.account(), working: session.isWorker(), partner: session.isPartner() }) },
  filter({ detail }) {
    this.setData({ status: detail.value, items: [], cursor: null, loaded: false })
    this.reload()
  },
  open({ currentTarget }) { wx.navigateTo({ url: '/pages/order/order?number=' + currentTarget.dataset.number }) },
  openWork() { wx.navigateTo({ url: '/worker/pages/pool/pool' }) },
  openTasks() { wx.navigateTo({ url: session.PARTNER_START }) },
  openNeighbourhood() { wx.navigateTo({ url: '/pages/neighbourhood/neighbourhood' }) },
  closeAccount() { wx.navigateTo({ url: '/pages/closing/closing' }) },
  report() { wx.switchTab({ url: '/pages/report/report' }) },
  async bindPhone({ detail }) {
    if (!detail.code) return this.setData({ accountProblem: (detail.errMsg || '').includes('deny') ? REFUSED : NO_NUMBER })
    try {
      await session.bindPhone(detail.code)
      this.setData({ accountProblem: '' })
      this.showAccount()
      wx.showToast({ title: '手机号已绑定' })
    } catch (error) {
      this.setData({ accountProblem: error.first })
    }
  },
  setLarge({ detail }) {
    largeType.set(detail.value)
    this.setData({ large: detail.value })
  },
  async signOut() {
    const { confirm } = await wx.showModal({ title: '退出登录', content: '退出后需要重新登录才能查看进度。', confirmText: '退出' })
    if (confirm) session.signOut().catch(() => {})
  },
})
