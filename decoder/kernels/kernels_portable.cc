#include "decoder/kernels/kernel_table.h"
#include "decoder/kernels/lanes_sse2.h"
#include "decoder/kernels/make_table.h"

namespace efferent::kernels {

constinit const KernelTable kPortableKernels = MakeTable<Sse2Floats, Sse2Doubles>();

}  // namespace efferent::kernels
