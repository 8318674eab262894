const api = require('../../utils/api')
const categories = require('../../utils/categories')
const drafts = require('../../utils/draft')
const largeType = require('../../utils/large_type')
const permission = require('../../utils/message_permission')
const privacy = require('../../utils/privacy')
const screening = require('../../utils/screening')
const session = require('../../utils/session')
const trouble = require('../../utils/trouble')
const uploads = require('../../utils/upload')

const PAUSE_MS = 500
const FIX = '还差一点，请看标出的地方。'
const KEPT = '您写的内容已经保存在手机里。'

Page({
  ...trouble.methods,
  data: {
    ...trouble.EMPTY, more: false, busy: false, result: null, home: null, large: false,
    ...screening.NOTHING, joining: false, joinProblem: '',
  },
  onLoad({ scene }) {
    this.restore()
    this.fromPoster(scene)
    this.prepare()
  },
  onShow() { this.setData({ large: largeType.on() }) },
  onHide() { this.keep() },
  onUnload() {
    clearTimeout(this.soon)
    this.keep()
  },

  /** Asks ahead for what a tap needs at once: WeChat's templates and the privacy notice. */
  async prepare() {
    permission.load().catch(() => {})
    privacy.read().catch(() => {})
    await this.readCategories()
  },
  restore() {
    const { photos, ...fields } = drafts.read()
    this.setData({ ...fields, kept: photos, photos, more: Boolean(fields.confidential || fields.contact_phone) })
    const { home } = session.account() || {}
    if (fields.compound) this.openCompound(fields.compound)
    else if (home && fields.place === 'compound') this.fromHome(home)
  },
  /** The code on a compound's poster names the place; what was scanned just now is newer than a draft. */
  fromPoster(scene) {
    const [, id] = decodeURIComponent(scene || '').match(/^c=([A-Za-z0-9]{22})$/) || []
    if (!id) return
    this.setData({ place: 'compound', building: '', unit: '' })
    this.openCompound({ id, name: '' })
  },
  fromHome(home) {
    this.setData({ building: home.building || '', unit: home.unit || '' })
    this.openCompound({ id: home.compound_id, name: home.compound })
  },
  keep() {
    clearTimeout(this.timer)
    if (!this.data.result) drafts.keep(this.data, this.data.photos)
  },
  change(fields) {
    this.setData(fields)
    clearTimeout(this.timer)
    this.timer = setTimeout(() => this.keep(), PAUSE_MS)
  },
  /** Anything that decides what the service may tell about the draft changes through here. */
  changeAsked(fields) {
    this.change(fields)
    clearTimeout(this.soon)
    this.soon = setTimeout(() => this.screen(), screening.PAUSE_MS)
  },

  chooseSuggested({ currentTarget }) {
    const category = categories.find(this.data.tree, currentTarget.dataset.code)
    if (category) this.chooseCategory({ detail: { category } })
  },
  typePhone({ detail }) { this.change({ contact_phone: detail.value, ...this.right('contact_phone') }) },
  setConfidential({ detail }) { this.change({ confidential: detail.value }) },
  openMore() { this.setData({ more: !this.data.more }) },

  /** Asks what this text tells. It helps and never hinders: without an answer nothing changes. */
  async screen() {
    clearTimeout(this.soon)
    const asked = screening.body(this.data)
    const mark = JSON.stringify(asked)
    if (mark === this.screened || this.data.result) return
    this.screened = mark
    const told = await screening.ask(asked)
    if (mark !== this.screened) return
    if (!told) this.screened = ''
    else this.showScreened(told)
  },
  showScreened({ emergency, suggested, likely }) {
    this.setData({ emergency, suggested, likely: this.dismissed ? [] : likely })
    if (emergency && this.warned !== emergency.kind) {
      this.warned = emergency.kind
      this.setData({ sheet: 'emergency', held: this.data.busy })
    }
  },
  openNeighbourhood() { wx.navigateTo({ url: '/pages/neighbourhood/neighbourhood' }) },
  openNumbers() { this.setData({ sheet: 'emergency', held: false }) },
  goOn() {
    this.setData({ sheet: '' })
    this.submit()
  },
  dismissLikely() {
    this.dismissed = true
    this.setData({ likely: [] })
  },
  openOrder({ detail }) { wx.navigateTo({ url: '/pages/order/order?number=' + detail.number }) },
  async join({ detail }) {
    if (this.data.joining) return
    this.setData({ joining: true, joinProblem: '' })
    try {
      await api.post('/api/resident/work-orders/' + detail.number + '/join')
      drafts.clear()
      this.forget()
      this.restore()
      this.openOrder({ detail })
    } catch (error) {
      this.setData({ joinProblem: error.first })
    }
    this.setData({ joining: false })
  },
  /** Whatever was told about the draft before. */
  forget() {
    clearTimeout(this.soon)
    this.screened = this.warned = ''
    this.dismissed = false
    this.setData({ ...screening.NOTHING, joinProblem: '' })
  },

  // WeChat's question about messages must come first in the tap; checking the form before it is not asynchronous.
  submit() {
    const fields = drafts.missing(this.data, this.data.buildings)
    const problem = Object.keys(fields).length ? FIX : uploads.notReady(this.data.photos)
    this.setData({ fields, problem })
    if (problem || this.data.busy) return
    const answered = this.asked || permission.ask()
    this.asked = answered
    this.setData({ busy: true })
    answered.then(() => this.send())
  },
  async send() {
    await screening.atMost(this.screen())
    if (this.data.sheet === 'emergency') return this.setData({ busy: false })
    try {
      const order = await api.post('/api/resident/work-orders', drafts.body(this.data, this.data.photos))
      this.accepted(order)
    } catch (error) {
      this.keep()
      this.setData({ fields: error.fields || {}, problem: error.message + KEPT })
    }
    this.setData({ busy: false })
  },
  accepted(order) {
    clearTimeout(this.timer)
    this.forget()
    this.asked = null
    drafts.clear()
    this.setData({ result: order, home: this.livedAt() })
    wx.pageScrollTo({ scrollTop: 0 })
    permission.load().catch(() => {})
  },
  /** The place of this order, if it may be kept as the home of somebody who has none yet. */
  livedAt() {
    const { place: kind, compound, building, unit } = this.data
    const known = (session.account() || {}).home
    return kind === 'compound' && unit && !known ? { compound_id: compound.id, building, unit } : null
  },
  again() {
    this.setData({ result: null, fields: {}, problem: '', buildings: [], units: [] })
    this.restore()
  },
})
