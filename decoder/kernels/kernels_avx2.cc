// Compiled with -mavx2 and without -mfma: a fused multiply-add rounds once where the portable
// kernels round twice.
#include "decoder/kernels/kernel_table.h"
#include "decoder/kernels/lanes_avx2.h"
#include "decoder/kernels/make_table.h"

namespace efferent::kernels {

constinit const KernelTable kAvx2Kernels = MakeTable<Avx2Floats, Avx2Doubles>();

}  // namespace efferent::kernels
