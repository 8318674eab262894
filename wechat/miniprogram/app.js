const largeType = require('./utils/large_type')

App({
  onLaunch() {
    largeType.followPhone()
  },
})
