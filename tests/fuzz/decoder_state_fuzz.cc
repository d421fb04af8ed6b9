// The saved state of a decoder: taken over, or refused with an error; never a way out of what there is.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "decoder/decoder_config.h"
#include "decoder/state_bytes.h"
#include "decoder/step.h"
#include "tests/fuzz/fuzz_target.h"

namespace efferent::test {
namespace {

constexpr int kChannels = 3;
constexpr TimeNs kWidth = 5'000'000;

// The first character says which decoder it is.
std::unique_ptr<Step> MakeStep(std::uint8_t which) {
  std::vector<DecoderParams> all = AllDecoders();
  DecoderParams& params = all[which % all.size()];
  if (auto* snn = std::get_if<SnnParams>(&params)) snn->num_neurons = 5;
  StepParams step;
  step.num_channels = kChannels;
  step.bin_width_ns = kWidth;
  step.learning_effect = LearningEffect::kTrialEnd;
  return std::make_unique<Step>(step, MakeDecoder(params, {kChannels, 2, kWidth}));
}

void Run(Step* step, int num_bins) {
  BehaviorSample behavior;
  behavior.engaged = true;
  behavior.position_m = TaskVector();
  Command command;
  for (int bin = 0; bin < num_bins; ++bin) {
    behavior.target_position_m = TaskVector(bin % 3 - 1.0, bin % 5 - 2.0, 0.0);
    const std::vector<float> counts = {static_cast<float>(bin % 3), static_cast<float>(bin % 5),
                                       static_cast<float>(bin % 2)};
    step->AddCounts(counts);
    step->DecodeBin(behavior.position_m, &command);
    step->LearnBin(behavior);
  }
  step->OnTrialStop();
}

}  // namespace

std::vector<std::string> FuzzSeeds() {
  std::vector<std::string> seeds;
  for (std::uint8_t which = 0; which < AllDecoders().size(); ++which) {
    const auto step = MakeStep(which);
    Run(step.get(), 120);
    seeds.push_back(static_cast<char>(which) + SaveState(*step));
  }
  return seeds;
}

}  // namespace efferent::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace efferent;
  if (size == 0) return 0;
  const auto step = test::MakeStep(data[0]);
  const std::string_view state(reinterpret_cast<const char*>(data) + 1, size - 1);
  try {
    LoadState(state, step.get());
  } catch (const StateMismatch& error) {
    test::Promise(std::string_view(error.what()).size() > 10, "an error says what is wrong");
    return 0;
  }
  test::Promise(SaveState(*step) == state, "what was taken over is what was saved");
  test::Run(step.get(), 5);
  return 0;
}
