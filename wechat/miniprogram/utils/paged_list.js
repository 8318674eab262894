// A list that grows at the bottom. The page says listPath() and, where it needs them, listQuery(), inOrder() and onList().
const api = require('./api')

const EMPTY = { items: [], cursor: null, loaded: false, loading: false, problem: '' }

function take(owner, answer, cursor) {
  const items = (cursor ? owner.data.items : []).concat(answer.items)
  owner.setData({ items: owner.inOrder ? owner.inOrder(items) : items, cursor: answer.next_cursor || null, loaded: true })
  if (owner.onList) owner.onList(answer)
}

/** Only the newest question counts: an answer that comes late is dropped. */
async function ask(owner, cursor) {
  const number = (owner.asked = (owner.asked || 0) + 1)
  owner.setData({ loading: true, problem: '' })
  try {
    const query = owner.listQuery ? owner.listQuery() : {}
    const answer = await api.get(owner.listPath(), { ...query, cursor })
    if (number === owner.asked) take(owner, answer, cursor)
  } catch (error) {
    if (number === owner.asked) owner.setData({ problem: error.message })
  }
  if (number === owner.asked) owner.setData({ loading: false })
}

const methods = {
  reload() { return ask(this, null) },
  onReachBottom() { if (this.data.cursor && !this.data.loading) ask(this, this.data.cursor) },
  async onPullDownRefresh() {
    await this.reload()
    wx.stopPullDownRefresh()
  },
}

module.exports = { EMPTY, methods }
