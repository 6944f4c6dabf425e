#include "tool/kernel_option.hpp"

namespace keyway::tool {

KernelTls probe_kernel(const ToolContext& context) {
  KernelTls kernel = KernelTls::probe();
  if (!kernel.offers_anything()) {
    warn(context, "--kernel-tls: the kernel offers none, so all goes the plain way: " + kernel.why_not());
  } else if (!kernel.changes_keys()) {
    note(context, "--kernel-tls: this kernel can't change keys (before Linux 6.14): a peer that does is cut off");
  }
  return kernel;
}

}  // namespace keyway::tool
