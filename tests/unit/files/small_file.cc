#include "tests/unit/files/small_file.h"

#include "decoder/state_bytes.h"

namespace efferent::test {
namespace {

struct Fields {
  Eigen::VectorXf weights;
  std::int64_t num_bins;

  template <class Visitor>
  void VisitState(Visitor& visitor) {
    visitor("weights", weights);
    visitor("num_bins", num_bins);
  }
};

}  // namespace

std::string Bytes(const SmallState& state) {
  return SaveState(Fields{Eigen::Vector2f(state.weights[0], state.weights[1]), state.num_bins});
}

v1::DecoderFile SmallFile(const SmallState& state) {
  v1::DecoderFile file;
  v1::SavedDecoder* decoder = file.mutable_decoder();
  decoder->mutable_config()->set_num_channels(2);
  decoder->mutable_config()->mutable_decoder()->mutable_rls()->set_ridge(30.0);
  decoder->mutable_provenance()->set_session_id("s1");
  decoder->mutable_provenance()->set_bin_index(500);
  file.set_state(Bytes(state));
  decoder->set_state_size_bytes(file.state().size());
  return file;
}

}  // namespace efferent::test
