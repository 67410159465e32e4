"""What can be wrong with a video stream."""


class VideoError(Exception):
    """The encoder's bytes cannot be used: its present run is over."""


class BoxError(VideoError):
    """These bytes are no MP4 boxes, or larger ones than we accept."""


class CodecError(VideoError):
    """A codec's own data (H.264 NAL units, AAC configuration) is damaged or of a kind we do not send."""


class DemuxError(VideoError):
    """These boxes are no fragmented MP4 that we understand."""


class TimelineError(VideoError):
    """The encoder's clock runs backwards or leaps."""
