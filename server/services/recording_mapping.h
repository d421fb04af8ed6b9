#pragma once

#include "efferent/v1/recording.pb.h"
#include "server/journal/records.h"
#include "server/storage/recordings.h"

namespace efferent {

/// What is recorded, as messages.
v1::Recording ToMessage(const RecordedSession& session);
v1::RecordedCheckpoint ToMessage(const RecordedCheckpoint& checkpoint);
v1::RecordedDecoderChange ToMessage(const RecordedChange& change);
v1::RecordedEvent ToMessage(const RecordedEvent& event);

/// Fills in an item. False if the record is no item of its own: who learnt from a chunk's last bin is
/// written into `last_chunk`, which may be null.
bool ToItem(const Record& record, int num_dimensions, TimeNs bin_width_ns,
            v1::RecordedChunk* last_chunk, v1::RecordedItem* item);

}  // namespace efferent
