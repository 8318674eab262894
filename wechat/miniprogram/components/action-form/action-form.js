const api = require('../../utils/api')
const place = require('../../utils/place')
const uploads = require('../../utils/upload')

const NOWHERE = { compound: null, building: '', unit: '', point: null }
const FILLED = { choice: '', amount: '', more: {}, note: '', visible: false, photos: [], category: null, ...NOWHERE }
const EMPTY = { ...FILLED, kept: [], buildings: [], units: [], sheet: '', hitch: '', hushed: false }

/** The form of one action; tells "send" {verb, form}, "arrive" {withPlace} and "close". What is missing the page says,
    what one can choose from the page gives as `asked`. */
Component({
  properties: {
    action: Object,
    asked: { type: Object, value: {} },
    photoRequired: Boolean,
    timeUnit: String,
    busy: Boolean,
    problem: String,
  },
  data: { ...EMPTY, open: false },
  observers: {
    action(action) { this.setData({ ...EMPTY, open: Boolean(action) }) },
    problem() { this.setData({ hushed: false }) },
  },
  methods: {
    /** A problem is hushed as soon as something about the form is put right. */
    fill(fields) { this.setData({ ...fields, hitch: '', hushed: true }) },
    choose({ detail }) { this.fill({ choice: detail.value }) },
    typeAmount({ detail }) { this.fill({ amount: detail.value }) },
    typeMore({ currentTarget, detail }) {
      this.fill({ more: { ...this.data.more, [currentTarget.dataset.name]: detail.value } })
    },
    type({ detail }) { this.fill({ note: detail.value }) },
    setVisible({ detail }) { this.setData({ visible: detail.value }) },
    changePhotos({ detail }) { this.fill({ photos: detail.photos }) },
    arriveWithPlace() { this.triggerEvent('arrive', { withPlace: true }) },
    arriveWithoutPlace() { this.triggerEvent('arrive', { withPlace: false }) },

    openCategories() { this.setData({ sheet: 'category' }) },
    openCompounds() { this.setData({ sheet: 'compound' }) },
    closeSheet() { this.setData({ sheet: '' }) },
    chooseCategory({ detail }) { this.fill({ category: detail.category, sheet: '' }) },
    move(to) { this.fill({ ...NOWHERE, buildings: [], units: [], sheet: '', ...to }) },
    async chooseCompound({ detail }) {
      this.move({ compound: detail.compound })
      try {
        this.setData({ buildings: (await api.get('/api/compounds/' + detail.compound.id)).buildings })
      } catch (error) {
        this.setData({ hitch: error.message })
      }
    },
    chooseBuilding({ detail }) {
      const { name, units } = this.data.buildings[detail.value]
      this.fill({ building: name, units, unit: '' })
    },
    chooseUnit({ detail }) { this.fill({ unit: this.data.units[detail.value] }) },
    async choosePoint() {
      try {
        const point = await place.choose()
        if (point) this.move({ point })
      } catch (error) {
        this.setData({ hitch: error.message })
      }
    },

    close() { this.triggerEvent('close') },
    send() {
      const { action, photos } = this.data
      const photoRequired = this.data.photoRequired && !action.photosFree
      const hitch = uploads.notReady(photos)
      this.setData({ hitch, hushed: false })
      if (hitch) return
      const filled = Object.fromEntries(Object.keys(FILLED).map((name) => [name, this.data[name]]))
      this.triggerEvent('send', { verb: action.verb, form: { ...filled, photoRequired } })
    },
  },
})
