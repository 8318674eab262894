/** Small photos that open large when tapped. */
Component({
  properties: { photos: { type: Array, value: [] } },
  data: { gone: {} },
  methods: {
    preview({ currentTarget }) {
      const urls = this.data.photos.map((photo) => photo.url).filter(Boolean)
      wx.previewImage({ urls, current: currentTarget.dataset.url })
    },
    // The permission in a photo's address ends after some minutes; a fresh order brings a fresh address.
    lost({ currentTarget }) { this.setData({ ['gone.' + currentTarget.dataset.id]: true }) },
  },
})
