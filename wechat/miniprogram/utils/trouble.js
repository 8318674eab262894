// What happened and where: the part of a report that residents and those who report for them fill in alike.
// The page says change(fields), which keeps what was typed; one that screens drafts also says changeAsked(fields).
const api = require('./api')
const drafts = require('./draft')
const place = require('./place')

const NEAREST = '也可以选最近的小区，再用文字写清地点。'
const EMPTY = {
  ...drafts.EMPTY, kept: [], photos: [], tree: [], buildings: [], units: [], sheet: '', fields: {}, problem: '', treeProblem: '',
}

const methods = {
  async readCategories() {
    this.setData({ treeProblem: '' })
    try {
      this.setData({ tree: (await api.get('/api/categories')).items })
    } catch (error) {
      this.setData({ treeProblem: error.message })
    }
  },
  changeAsked(fields) { this.change(fields) },
  right(field) { return { [`fields.${field}`]: '', problem: '' } },

  openCategories() {
    if (!this.data.tree.length) this.readCategories()
    this.setData({ sheet: 'category' })
  },
  openCompounds() { this.setData({ sheet: 'compound' }) },
  closeSheet() { this.setData({ sheet: '' }) },
  chooseCategory({ detail }) {
    this.changeAsked({ category: detail.category, answers: {}, sheet: '', ...this.right('category') })
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
  changePhotos({ detail }) { this.change({ photos: detail.photos, ...this.right('photo_ids') }) },
}

module.exports = { EMPTY, methods }
