#pragma once

#include <string>
#include <vector>

#include "clients/acquisition/nwb_file.h"

namespace efferent {

/// Which rows of a DynamicTable fulfil every one of some conditions such as `quality=good`,
/// `group!=noise`, `snr>=2.5`, `quality=good|mua`: a column, one of = == != < <= > >=, and a value
/// (= and !=: or several, with | between them). Numbers are compared as numbers, booleans answer to
/// `true` and `false` as well, and nothing is less or greater than a text.
/// @throws InputError naming `option` and the condition that is malformed, or whose column is not
/// there (it lists those that are), cannot be read or has another length than `num_rows`.
std::vector<bool> RowsWhere(const NwbFile& file, const std::string& table, std::size_t num_rows,
                            const std::vector<std::string>& conditions, const char* option);

}  // namespace efferent
