"""What the pages of a round show: ``public`` for everybody, ``official`` for officials, notaries and witnesses."""
