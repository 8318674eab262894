const uploads = require('../../utils/upload')

const EMPTY = { choice: '', note: '', visible: false, photos: [], kept: [], unsent: '', hushed: false }

/** The form of one action; tells "send" {verb, form}, "arrive" {withPlace} and "close". What is missing the page says. */
Component({
  properties: { action: Object, photoRequired: Boolean, busy: Boolean, problem: String },
  data: { ...EMPTY, open: false },
  observers: {
    action(action) { this.setData({ ...EMPTY, open: Boolean(action) }) },
    problem() { this.setData({ hushed: false }) },
  },
  methods: {
    choose({ detail }) { this.setData({ choice: detail.value, unsent: '', hushed: true }) },
    type({ detail }) { this.setData({ note: detail.value, unsent: '', hushed: true }) },
    setVisible({ detail }) { this.setData({ visible: detail.value }) },
    changePhotos({ detail }) { this.setData({ photos: detail.photos, unsent: '', hushed: true }) },
    arriveWithPlace() { this.triggerEvent('arrive', { withPlace: true }) },
    arriveWithoutPlace() { this.triggerEvent('arrive', { withPlace: false }) },
    close() { this.triggerEvent('close') },
    send() {
      const { action, choice, note, visible, photos, photoRequired } = this.data
      const unsent = uploads.notReady(photos)
      this.setData({ unsent, hushed: false })
      if (!unsent) this.triggerEvent('send', { verb: action.verb, form: { choice, note, visible, photos, photoRequired } })
    },
  },
})
