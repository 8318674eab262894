const api = require('../../utils/api')
const drafts = require('../../utils/draft')
const largeType = require('../../utils/large_type')
const permission = require('../../utils/message_permission')
const place = require('../../utils/place')
const categories = require('../../utils/categories')
const privacy = require('../../utils/privacy')
const screening = require('../../utils/screening')
const session = require('../../utils/session')
const uploads = require('../../utils/upload')

const PAUSE_MS = 500
const FIX = '还差一点，请看标出的地方。'
const NEAREST = '也可以选最近的小区，再用文字写清地点。'
const KEPT = '您写的内容已经保存在手机里。'

Page({
  data: {
    ...drafts.EMPTY, kept: [], photos: [], tree: [], buildings: [], units: [], sheet: '', more: false,
    fields: {}, problem: '', treeProblem: '', busy: false, result: null, home: null, large: false,
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
    this.setData({ treeProblem: '' })
    try {
      this.setData({ tree: (await api.get('/api/categories')).items })
    } catch (error) {
      this.setData({ treeProblem: error.message })
    }
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
  right(field) { return { [`fields.${field}`]: '', problem: '' } },

  openCategories() {
    if (!this.data.tree.length) this.prepare()
    this.setData({ sheet: 'category' })
  },
  openCompounds() { this.setData({ sheet: 'compound' }) },
  closeSheet() { this.setData({ sheet: '' }) },
  chooseCategory({ detail }) {
    this.changeAsked({ category: detail.category, answers: {}, sheet: '', ...this.right('category') })
  },
  chooseSuggested({ currentTarget }) {
    const category = categories.find(this.data.tree, currentTarget.dataset.code)
    if (category) this.chooseCategory({ detail: { category } })
  },
  chooseCompound({ detail }) {
    this.change({ building: '', unit: '', sheet: '', ...this.right('compound_id') })
    this.openCompound(detail.compound)
  },
  async openCompound(compound) {
    this.changeAsked({ compound, buildings: [], units: [] })
    try {
      const { name, community, buildings } = await api.get('/api/compounds/' + compound.id)
      this.change({ compound: { id: compound.id, name, community }, buildings })
      this.showUnits()
    } catch (error) {
      this.setData({ 'fields.compound_id': error.message })
    }
  },
  showUnits() {
    const found = this.data.buildings.find((one) => one.name === this.data.building)
    this.setData({ units: found ? found.units : [] })
  },
  chooseBuilding({ detail }) {
    this.changeAsked({ building: this.data.buildings[detail.value].name, unit: '', ...this.right('building') })
    this.showUnits()
    if (this.data.units.length === 1) this.change({ unit: this.data.units[0] })
  },
  chooseUnit({ detail }) { this.change({ unit: this.data.units[detail.value], ...this.right('unit') }) },
  async choosePoint() {
    try {
      const point = await place.choose()
      if (point) this.changeAsked({ place: 'point', point, address: point.address, ...this.right('address') })
    } catch (error) {
      this.setData({ 'fields.compound_id': error.message + NEAREST })
    }
  },
  backToCompound() { this.change({ place: 'compound', point: null, ...this.right('address') }) },

  typeAddress({ detail }) { this.change({ address: detail.value }) },
  typeDescription({ detail }) { this.changeAsked({ description: detail.value, ...this.right('description') }) },
  typeAnswer({ currentTarget, detail }) {
    this.change({ [`answers.${currentTarget.dataset.code}`]: detail.value, ...this.right('answers') })
  },
  typePhone({ detail }) { this.change({ contact_phone: detail.value, ...this.right('contact_phone') }) },
  setConfidential({ detail }) { this.change({ confidential: detail.value }) },
  openMore() { this.setData({ more: !this.data.more }) },
  changePhotos({ detail }) { this.change({ photos: detail.photos, ...this.right('photo_ids') }) },

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
