#pragma once

namespace CLI {
class App;
}

namespace efferent {

/// `efferent decoder list|export|import|diff`: decoders with all that they have learnt, as files.
void AddDecoderCommand(CLI::App& app);

}  // namespace efferent
