const privacy = require('../../utils/privacy')
const uploads = require('../../utils/upload')

/** Photos that go along: chosen, sent one after the other, tried again, removed. Tells "change" {photos}. */
Component({
  properties: {
    most: { type: Number, value: 9 },
    kept: { type: Array, value: [] },
  },
  data: { photos: [], problem: '' },
  observers: {
    kept(photos) { this.setData({ photos }) },
  },
  methods: {
    async add() {
      this.setData({ problem: '' })
      try {
        if (await privacy.permit()) await this.choose()
        else this.setData({ problem: '您没有同意使用照片，可以只用文字提交。' })
      } catch (error) {
        this.setData({ problem: error.message })
      }
    },
    async choose() {
      const count = this.data.most - this.data.photos.length
      const picked = await wx.chooseMedia({ count, mediaType: ['image'], sizeType: ['compressed'] }).catch(() => null)
      if (!picked) return
      const fresh = picked.tempFiles.slice(0, count).map(uploads.chosen)
      this.change(this.data.photos.concat(fresh))
      for (const photo of fresh) await this.send(photo)
    },
    async send(photo) {
      if (this.indexOf(photo.key) < 0) return
      this.replace({ ...photo, state: 'sending', percent: 0, problem: '' })
      this.replace(await uploads.send(photo, (percent) => this.progress(photo.key, percent)))
    },
    progress(key, percent) {
      const index = this.indexOf(key)
      if (index >= 0) this.setData({ [`photos[${index}].percent`]: percent })
    },
    retry({ currentTarget }) { this.send(this.data.photos[currentTarget.dataset.index]) },
    remove({ currentTarget }) {
      this.change(this.data.photos.filter((_, index) => index !== currentTarget.dataset.index))
    },
    preview({ currentTarget }) {
      const urls = this.data.photos.map((photo) => photo.path)
      wx.previewImage({ urls, current: urls[currentTarget.dataset.index] })
    },
    // A kept draft may outlive the file on the phone; the service still has the photo.
    lost({ currentTarget }) { this.setData({ [`photos[${currentTarget.dataset.index}].gone`]: true }) },
    indexOf(key) { return this.data.photos.findIndex((photo) => photo.key === key) },
    replace(photo) {
      const index = this.indexOf(photo.key)
      if (index >= 0) this.change(this.data.photos.map((old, at) => (at === index ? photo : old)))
    },
    change(photos) {
      this.setData({ photos })
      this.triggerEvent('change', { photos })
    },
  },
})
