// What a session is promised against what it takes.
#include <gtest/gtest.h>
#include <malloc.h>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "server/session/memory_budget.h"

#if defined(__SANITIZE_ADDRESS__)
// Of the sanitizers' runtime; Debian's g++ has no header for it.
extern "C" std::size_t __sanitizer_get_current_allocated_bytes();
#endif

namespace efferent {
namespace {

double HeapBytes() {
#if defined(__SANITIZE_ADDRESS__)
  return static_cast<double>(__sanitizer_get_current_allocated_bytes());  // has a heap of its own
#else
  const auto info = mallinfo2();
  return static_cast<double>(info.uordblks + info.hblkhd);
#endif
}

/// What a decoder takes: it allocates nothing later.
double Measure(const DecoderParams& params, const DecoderShape& shape) {
  const double before = HeapBytes();
  const std::unique_ptr<Decoder> decoder = MakeDecoder(params, shape);
  return HeapBytes() - before;
}

std::vector<DecoderParams> Variants() {
  std::vector<DecoderParams> variants = AllDecoders();
  for (const SnnReadout readout : {SnnReadout::kRls, SnnReadout::kGradient}) {
    SnnParams snn;
    snn.readout = readout;
    variants.push_back(snn);
  }
  SnnParams large;
  large.num_neurons = 1'024;
  large.adaptive_fraction = 1.0;
  large.mixture_memories = 8;
  variants.push_back(large);
  SnnParams blind;
  blind.readout_inputs = false;
  variants.push_back(blind);
  WienerParams taps;
  taps.num_taps = 3;
  variants.push_back(taps);
  return variants;
}

TEST(MemoryEstimate, IsNeverTooLittleAndNotMuchTooMuch) {
  for (const int num_channels : {4, 96, 160, 256, 1'024}) {
    for (const int num_dimensions : {2, 3}) {
      for (const DecoderParams& params : Variants()) {
        const DecoderShape shape{num_channels, num_dimensions, 20'000'000};
        std::optional<double> measured;
        try {
          measured = Measure(params, shape);
        } catch (const InvalidParameters&) {
          continue;  // too many taps, or gains that are to be given
        }
        const double estimate = EstimateDecoderBytes(params, shape);
        const std::string what = std::string(DecoderName(params)) + ", " +
                                 std::to_string(num_channels) + " channels, " +
                                 std::to_string(num_dimensions) + " dimensions";
        EXPECT_GE(estimate, *measured) << what;
        // A few small decoders are no matter.
        EXPECT_LE(estimate, 2.0 * *measured + (256 << 10)) << what;
      }
    }
  }
}

}  // namespace
}  // namespace efferent
