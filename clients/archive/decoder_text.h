#pragma once

#include <string>

#include "efferent/v1/decoder_file.pb.h"
#include "files/decoder_difference.h"

namespace efferent::archive {

/// A decoder on one line, without its end: `snn of 4 channels, driver of session s1 at bin 500, learnt from
/// 480 bins`.
std::string DescribeDecoder(const v1::SavedDecoder& decoder);

/// What differs, as tables; `a` and `b` are their names. `all`: fields of the state that are equal, too.
std::string DescribeDifference(const DecoderDifference& difference, const std::string& a,
                               const std::string& b, bool all);

}  // namespace efferent::archive
