const api = require('../../../utils/api')
const drafts = require('../../../utils/draft')
const largeType = require('../../../utils/large_type')
const screening = require('../../../utils/screening')
const trouble = require('../../../utils/trouble')
const uploads = require('../../../utils/upload')
const actions = require('../../actions')

const FIX = '还差一点，请看标出的地方。'
const CHANNELS = [
  { value: 'desk', name: '移动办公桌' },
  { value: 'door', name: '上门走访' },
  { value: 'patrol', name: '巡查' },
  { value: 'phone_call', name: '居民来电' },
  { value: 'visit', name: '居民来访' },
]
const EMPTY = {
  ...trouble.EMPTY, name: '', phone: '', channel: '', agreed: false, onTheSpot: false, outcome: '', note: '', evidence: [],
  busy: false, taken: null, emergency: null, held: false,
}

/** What a person without a phone tells is kept on the page alone: their name does not stay on the worker's phone. */
Page({
  ...trouble.methods,
  data: { ...EMPTY, channels: CHANNELS, results: actions.RESULTS, large: false },
  onLoad() { this.readCategories() },
  onShow() { this.setData({ large: largeType.on() }) },
  onUnload() { clearTimeout(this.soon) },
  change(fields) { this.setData(fields) },
  changeAsked(fields) {
    this.change(fields)
    clearTimeout(this.soon)
    this.soon = setTimeout(() => this.screen(), screening.PAUSE_MS)
  },
  /** A danger to life is told before anything is sent, here as on the resident's own page. */
  async screen() {
    clearTimeout(this.soon)
    const { emergency } = (await screening.ask(screening.body(this.data))) || {}
    if (!emergency || this.warned === emergency.kind || this.data.taken) return
    this.warned = emergency.kind
    this.setData({ emergency, sheet: 'emergency', held: this.data.busy })
  },
  goOn() {
    this.setData({ sheet: '' })
    this.submit()
  },

  typeName({ detail }) { this.change({ name: detail.value, ...this.right('name') }) },
  typePhone({ detail }) { this.change({ phone: detail.value, ...this.right('phone') }) },
  chooseChannel({ detail }) { this.change({ channel: detail.value, ...this.right('channel') }) },
  setAgreed({ detail }) { this.change({ agreed: detail.value, ...this.right('agreed') }) },
  setOnTheSpot({ detail }) { this.change({ onTheSpot: detail.value, ...this.right('settle') }) },
  chooseOutcome({ detail }) { this.change({ outcome: detail.value, ...this.right('settle') }) },
  typeNote({ detail }) { this.change({ note: detail.value, ...this.right('settle') }) },
  changeEvidence({ detail }) { this.change({ evidence: detail.photos, ...this.right('settle') }) },

  settled() {
    const { outcome, note, evidence, category } = this.data
    return { choice: outcome, note, photos: evidence, photoRequired: Boolean(category && category.photo_required) }
  },
  missing() {
    const { name, channel, agreed, onTheSpot, buildings } = this.data
    const fields = drafts.missing(this.data, buildings)
    if (!name.trim()) fields.name = '请填写反映人的姓名或称呼。'
    if (!channel) fields.channel = '请选择是在哪里受理的。'
    if (!agreed) fields.agreed = '请先向本人说明用途，征得同意。'
    const settle = onTheSpot ? actions.find('settle').missing(this.settled()) : ''
    return settle ? { ...fields, settle } : fields
  },
  body() {
    const { name, phone, channel, agreed, onTheSpot, photos } = this.data
    const reporter = { name: name.trim(), ...(phone.trim() && { phone: phone.trim() }) }
    const settle = onTheSpot ? { settle: actions.find('settle').body(this.settled()) } : {}
    return { ...drafts.body(this.data, photos), reporter, channel, agreed, ...settle }
  },
  submit() {
    if (this.data.busy) return
    const fields = this.missing()
    const problem = Object.keys(fields).length ? FIX : uploads.notReady([...this.data.photos, ...this.data.evidence])
    this.setData({ fields, problem })
    if (!problem) this.send()
  },
  async send() {
    this.setData({ busy: true })
    await screening.atMost(this.screen())
    if (this.data.sheet === 'emergency') return this.setData({ busy: false })
    try {
      this.setData({ taken: await api.post('/api/worker/work-orders', this.body()) })
      wx.pageScrollTo({ scrollTop: 0 })
    } catch (error) {
      this.setData({ fields: this.named(error.fields || {}), problem: error.message })
    }
    this.setData({ busy: false })
  },
  /** The service speaks of the reporter as one thing; on this page it is a name and a number. */
  named({ reporter, ...fields }) {
    return reporter ? { ...fields, [reporter.includes('手机') ? 'phone' : 'name']: reporter } : fields
  },
  open() { wx.redirectTo({ url: '/worker/pages/order/order?number=' + this.data.taken.number }) },
  again() {
    this.warned = ''
    this.setData({ ...EMPTY, tree: this.data.tree, channel: this.data.channel })
  },
})
