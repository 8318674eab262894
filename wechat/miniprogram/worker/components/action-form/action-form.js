const actions = require('../../actions')
const api = require('../../../utils/api')
const place = require('../../../utils/place')
const uploads = require('../../../utils/upload')

const EMPTY = {
  choice: '', note: '', visible: false, photos: [], kept: [], missing: '', sheet: '',
  category: null, compound: null, buildings: [], building: '', units: [], unit: '', point: null,
}

/** The form of one action of a worker; tells "send" {verb, body}, "arrive" {withPlace} and "close". */
Component({
  properties: { verb: String, asked: Object, photoRequired: Boolean, busy: Boolean, problem: String },
  data: { ...EMPTY, action: null },
  observers: {
    verb(verb) { this.setData({ ...EMPTY, action: verb ? actions.shown(actions.find(verb)) : null }) },
  },
  methods: {
    choose({ detail }) { this.setData({ choice: detail.value, missing: '' }) },
    type({ detail }) { this.setData({ note: detail.value, missing: '' }) },
    setVisible({ detail }) { this.setData({ visible: detail.value }) },
    changePhotos({ detail }) { this.setData({ photos: detail.photos, missing: '' }) },
    arriveWithPlace() { this.triggerEvent('arrive', { withPlace: true }) },
    arriveWithoutPlace() { this.triggerEvent('arrive', { withPlace: false }) },
    openCategories() { this.setData({ sheet: 'category' }) },
    openCompounds() { this.setData({ sheet: 'compound' }) },
    closeSheet() { this.setData({ sheet: '' }) },
    chooseCategory({ detail }) { this.setData({ category: detail.category, sheet: '', missing: '' }) },
    async chooseCompound({ detail }) {
      this.setData({ ...EMPTY, note: this.data.note, compound: detail.compound })
      try {
        this.setData({ buildings: (await api.get('/api/compounds/' + detail.compound.id)).buildings })
      } catch (error) {
        this.setData({ missing: error.message })
      }
    },
    chooseBuilding({ detail }) {
      const { name, units } = this.data.buildings[detail.value]
      this.setData({ building: name, units, unit: '' })
    },
    chooseUnit({ detail }) { this.setData({ unit: this.data.units[detail.value] }) },
    async choosePoint() {
      try {
        const point = await place.choose()
        if (point) this.setData({ ...EMPTY, note: this.data.note, point })
      } catch (error) {
        this.setData({ missing: error.message })
      }
    },
    close() { this.triggerEvent('close') },
    send() {
      const action = actions.find(this.data.verb)
      const missing = action.missing(this.data) || uploads.notReady(this.data.photos)
      this.setData({ missing })
      if (!missing) this.triggerEvent('send', { verb: action.verb, body: action.body(this.data) })
    },
  },
})
