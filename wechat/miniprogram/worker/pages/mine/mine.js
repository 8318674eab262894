const largeType = require('../../../utils/large_type')
const list = require('../../../utils/paged_list')

const FILTERS = [{ value: 'open', name: '办理中' }, { value: 'ended', name: '已结束' }]
const LAST = '9999'

/** The soonest due first; what has no due time comes last. */
const byDue = (a, b) => ((a.due_at || LAST) < (b.due_at || LAST) ? -1 : 1)

Page({
  ...list.methods,
  data: { ...list.EMPTY, large: false, filters: FILTERS, status: 'open' },
  onShow() {
    this.setData({ large: largeType.on() })
    this.reload()
  },
  listPath: () => '/api/worker/work-orders',
  listQuery() { return { status: this.data.status } },
  inOrder(items) { return this.data.status === 'open' ? items.slice().sort(byDue) : items },
  filter({ detail }) {
    this.setData({ status: detail.value, items: [], cursor: null, loaded: false })
    this.reload()
  },
  open({ currentTarget }) { wx.navigateTo({ url: '/worker/pages/order/order?number=' + currentTarget.dataset.number }) },
})
