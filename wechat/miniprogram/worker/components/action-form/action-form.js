const actions = require('../../actions')
const uploads = require('../../../utils/upload')

const EMPTY = { choice: '', amount: '', note: '', visible: false, photos: [], kept: [], missing: '' }

/** The form of one action of a worker; tells "send" {verb, body}, "arrive" {withPlace} and "close". */
Component({
  properties: { verb: String, photoRequired: Boolean, unit: String, busy: Boolean, problem: String },
  data: { ...EMPTY, action: null },
  observers: {
    verb(verb) { this.setData({ ...EMPTY, action: verb ? actions.shown(actions.find(verb)) : null }) },
  },
  methods: {
    choose({ detail }) { this.setData({ choice: detail.value, missing: '' }) },
    setAmount({ detail }) { this.setData({ amount: detail.value, missing: '' }) },
    type({ detail }) { this.setData({ note: detail.value, missing: '' }) },
    setVisible({ detail }) { this.setData({ visible: detail.value }) },
    changePhotos({ detail }) { this.setData({ photos: detail.photos, missing: '' }) },
    arriveWithPlace() { this.triggerEvent('arrive', { withPlace: true }) },
    arriveWithoutPlace() { this.triggerEvent('arrive', { withPlace: false }) },
    close() { this.triggerEvent('close') },
    send() {
      const action = actions.find(this.data.verb)
      const missing = action.missing(this.data) || uploads.notReady(this.data.photos)
      this.setData({ missing })
      if (!missing) this.triggerEvent('send', { verb: action.verb, body: action.body(this.data) })
    },
  },
})
