#pragma once

namespace CLI {
class App;
}

namespace efferent {

/// Adds `efferent eval recording`, which decodes recordings with several decoders and scores them.
void AddEvalRecordingCommand(CLI::App& eval);

}  // namespace efferent
