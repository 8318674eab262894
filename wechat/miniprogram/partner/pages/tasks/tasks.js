const api = require('../../../utils/api')
const largeType = require('../../../utils/large_type')
const list = require('../../../utils/paged_list')
const draft = require('../../draft')

const FILTERS = [{ value: 'open', name: '要办的' }, { value: 'ended', name: '近期已结束' }]
const DONE = [{ value: 'yes', name: '已经办好' }, { value: 'no', name: '还在办，先说进展' }]
const KEPT = '您写的内容已经保存在手机里。'
const CLOSED = { task: null, ...draft.EMPTY, formProblem: '' }

/** What one's organisation was asked to do, and reporting what came of it. */
Page({
  ...list.methods,
  data: { ...list.EMPTY, ...CLOSED, large: false, filters: FILTERS, status: 'open', choices: DONE, busy: false, said: '' },
  onShow() {
    this.setData({ large: largeType.on() })
    this.reload()
  },
  listPath: () => '/api/partner/tasks',
  listQuery() { return { status: this.data.status } },
  filter({ detail }) {
    this.setData({ status: detail.value, items: [], cursor: null, loaded: false })
    this.reload()
  },
  open({ currentTarget }) {
    const task = this.data.items.find(({ id }) => id === currentTarget.dataset.id)
    this.setData({ ...CLOSED, ...draft.read(task.id), task, said: '' })
  },
  close() { this.setData(CLOSED) },
  fill(fields) {
    this.setData({ ...fields, formProblem: '' })
    draft.keep(this.data.task.id, this.data)
  },
  choose({ detail }) { this.fill({ choice: detail.value }) },
  type({ detail }) { this.fill({ note: detail.value }) },
  missing() {
    if (!this.data.choice) return '请选择办好了没有。'
    return this.data.note.trim() ? '' : '请写下办了什么、结果怎样。'
  },
  send() {
    if (this.data.busy) return
    const missing = this.missing()
    this.setData({ formProblem: missing })
    if (!missing) this.report()
  },
  async report() {
    const { task, note, choice } = this.data
    const done = choice === 'yes'
    this.setData({ busy: true })
    try {
      await api.post(`/api/partner/tasks/${task.id}/report`, { note: note.trim(), done })
      draft.clear(task.id)
      this.setData({ ...CLOSED, said: done ? '已反馈：办好了。' : '已反馈进展。' })
      this.reload()
      wx.pageScrollTo({ scrollTop: 0 })
    } catch (error) {
      this.refused(error)
    }
    this.setData({ busy: false })
  },
  /** The form stays open with the sentence; when the task itself has changed, the list under it shows how it stands. */
  refused(error) {
    this.setData({ formProblem: error.first + KEPT })
    if (error.status === 409 || error.status === 404) this.reload()
  },
})
